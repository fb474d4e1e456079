// Shows new mail as it comes, unless somebody is busy in the list.
setInterval(async () => {
  if (document.hidden) return
  const answer = await fetch(location.href).catch(() => null)
  if (!answer || !answer.ok) return
  const now = new DOMParser().parseFromString(await answer.text(), "text/html")
  const list = document.querySelector("main"), fresh = now.querySelector("main")
  if (list.innerHTML === fresh.innerHTML || list.contains(document.activeElement)) return
  list.replaceChildren(...fresh.childNodes)
  document.getElementById("count").textContent = now.getElementById("count").textContent
}, 3000)

package post

import (
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

func (w *writer) list(n *ast.List) {
	tag, class := "ul", ""
	if n.IsOrdered() {
		tag = "ol"
	}
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		if isTask(item) {
			class = "contains-task-list"
			break
		}
	}
	w.str("<" + tag)
	if n.IsOrdered() && n.Start != 1 {
		w.num("start", n.Start)
	}
	w.identity(n, class)
	w.str(">\n")
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		w.str("<li")
		if isTask(item) {
			w.identity(item, "task-list-item")
		}
		w.str(">")
		if first := item.FirstChild(); first != nil {
			if _, tight := first.(*ast.TextBlock); !tight {
				w.str("\n")
			}
		}
		w.blocks(item)
		w.str("</li>\n")
	}
	w.str("</" + tag + ">\n")
}

// isTask tells whether a list item begins with a check box.
func isTask(item ast.Node) bool {
	first := item.FirstChild()
	if first == nil {
		return false
	}
	_, ok := first.FirstChild().(*east.TaskCheckBox)
	return ok
}

func (w *writer) table(n *east.Table) {
	if !w.mail {
		w.str(`<div class="table" tabindex="0">`) // it scrolls: by keyboard, too
	}
	w.str("<table>\n")
	body := false
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		tag := "td"
		if _, head := row.(*east.TableHeader); head {
			tag = "th"
			w.str("<thead>\n")
		} else if !body {
			body = true
			w.str("<tbody>\n")
		}
		w.str("<tr>\n")
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			w.str("<" + tag)
			if cell, ok := c.(*east.TableCell); ok && cell.Alignment != east.AlignNone {
				w.attr("align", cell.Alignment.String())
			}
			w.str(">")
			w.inlines(c)
			w.str("</" + tag + ">\n")
		}
		w.str("</tr>\n")
		if tag == "th" {
			w.str("</thead>\n")
		}
	}
	if body {
		w.str("</tbody>\n")
	}
	w.str("</table>")
	if !w.mail {
		w.str("</div>")
	}
	w.str("\n")
}

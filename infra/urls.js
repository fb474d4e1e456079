function handler(event) {
  var request = event.request;
  var uri = request.uri;
  var last = uri.slice(uri.lastIndexOf('/') + 1);
  if (last === '') {
    request.uri = uri + 'index.html';
    return request;
  }
  if (last.indexOf('.') === -1) {
    var query = [];
    for (var name in request.querystring) {
      var q = request.querystring[name];
      (q.multiValue || [q]).forEach(function (v) {
        query.push(v.value === '' ? name : name + '=' + v.value);
      });
    }
    return {
      statusCode: 301,
      statusDescription: 'Moved Permanently',
      headers: { location: { value: uri.replace(/^\/+/, '/') + '/' + (query.length ? '?' + query.join('&') : '') } },
    };
  }
  return request;
}

-- The requests of a file, one a line (method, path, body, with tabs between), in its order and
-- then from the beginning. Arguments: the file, the media type of bodies.
local requests, at = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local method, path, body = line:match("^(%u+)\t([^\t]+)\t(.*)$")
    wrk.headers["Content-Type"] = body ~= "" and args[2] or nil
    requests[#requests + 1] = wrk.format(method, path, nil, body ~= "" and body or nil)
  end
  assert(#requests > 0, args[1] .. " is empty")
end

function request()
  at = at % #requests + 1
  return requests[at]
end

-- One line of JSON after wrk's own report. wrk counts answers of 400 and above in
-- errors.status; the harness has checked beforehand that the right answer is a 2xx.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"refused":%d,"lost":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)
  ))
end

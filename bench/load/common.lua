-- Shared by the load scripts: reading files, making requests cheap, and the report.
local common = {}

-- The lines of a file, without their ends.
function common.lines(path)
  local lines = {}
  for line in io.lines(path) do
    lines[#lines + 1] = line
  end
  assert(#lines > 0, path .. " is empty")
  return lines
end

-- The text before, between and after the marks of a request: joining them costs less than
-- formatting each request anew.
function common.split(request, ...)
  local parts, from = {}, 1
  for _, mark in ipairs({ ... }) do
    local first, last = request:find(mark, from, true)
    parts[#parts + 1] = request:sub(from, first - 1)
    from = last + 1
  end
  parts[#parts + 1] = request:sub(from)
  return unpack(parts)
end

-- One line of JSON after wrk's own report. wrk counts answers of 400 and above in
-- errors.status; the harness has checked beforehand that the right answer is a 2xx.
function common.done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"refused":%d,"lost":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)
  ))
end

done = common.done
return common

-- Sends the requests of a file in turn, and prints what was measured as one line of JSON.
-- They are whole HTTP messages with a record separator (byte 30) behind each. A run of 32 times `#` in one becomes
-- another text each time, of the same length.
local requests = {}
local sent = 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for text in file:read("*a"):gmatch("([^\30]+)\30") do
    local from, to = text:find(("#"):rep(32), 1, true)
    table.insert(requests, {text = text, from = from, to = to})
  end
  file:close()
  math.randomseed(os.time())
  run = math.random(0, 0xffffff)
end

function request()
  sent = sent + 1
  local one = requests[sent % #requests + 1]
  if one.from == nil then
    return one.text
  end
  local unique = string.format("%06x%026x", run, sent)
  return one.text:sub(1, one.from - 1) .. unique .. one.text:sub(one.to + 1)
end

function done(summary, latency)
  local errors = summary.errors
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('{"microseconds":%d,"requests":%d,"failures":%d,"p50":%.1f,"p95":%.1f,"p99":%.1f}\n',
    summary.duration, summary.requests, failures,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end

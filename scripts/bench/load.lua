-- Sends prepared requests, each once: REQUESTS names a file of blocks, "%08d" bytes long and then the raw request.
-- Nothing is put together here: the load shares its cores with what it measures.
local file = assert(io.open(os.getenv("REQUESTS"), "rb"))

request = function()
  local length = file:read(8)
  if not length then
    io.stderr:write("bench: the prepared requests are used up\n")
    os.exit(3)
  end
  return file:read(tonumber(length))
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    "FOUND %d %d %d %d %d %d %d\n",
    summary.requests, summary.duration,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end

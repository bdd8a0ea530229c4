import { connect } from "pdm/client";

await using client = await connect(process.argv[2] ?? "./shop.sock");
const realTime = await client.find("pdm.perf.sysres/realtime");
const cpuTime = await client.find("pdm.perf.sysres/cputime");
console.log("Real time: %f s, CPU time: %f s", await realTime.read(), await cpuTime.read());

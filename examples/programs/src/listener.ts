import { createServer } from "node:http";
import { listen } from "pdm";

await listen(process.argv[2] ?? "./listener.sock");

// What the service does.
createServer((_request, response) => response.end("hello\n")).listen(0);

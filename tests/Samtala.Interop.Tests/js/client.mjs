// @grpc/grpc-js against our server. Usage: node client.mjs TARGET PROTO_ROOT ECHO_ROOT
import assert from "node:assert/strict";
import { once } from "node:events";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

const [target, protoRoot, echoRoot] = process.argv.slice(2);
const definition = loader.loadSync("echo.proto", {
  includeDirs: [echoRoot, protoRoot],
  longs: String,
  enums: String,
  defaults: true,
});
const { Echo } = grpc.loadPackageDefinition(definition).samtala.test.v1;
const open = (options = {}) => new Echo(target, grpc.credentials.createInsecure(), options);
const client = open();

function call(method, request, metadata = new grpc.Metadata(), options = {}, from = client) {
  return new Promise((resolve, reject) => {
    let trailers;
    const running = from[method](request, metadata, options, (error, response) =>
      error ? reject(error) : setImmediate(() => resolve({ response, trailers })));
    running.on("status", (status) => (trailers = status.metadata));
  });
}

async function collect(stream) {
  const all = [];
  for await (const item of stream) all.push(item);
  return all;
}

const checks = {
  async "a unary call with text and bytes in its metadata"() {
    const metadata = new grpc.Metadata();
    metadata.set("echo-text", "a b");
    metadata.set("echo-data-bin", Buffer.from([0, 255, 7]));
    const { response, trailers } = await call("Say", { text: "grüß" }, metadata);
    assert.equal(response.text, "grüß");
    assert.deepEqual(trailers.get("echo-text"), ["a b"]);
    assert.deepEqual(trailers.get("echo-data-bin"), [Buffer.from([0, 255, 7])]);
  },
  async "an error with its message and details"() {
    const error = await call("Fail", { code: 5, message: "nö %", reason: "ROOM_NOT_FOUND" }).catch((e) => e);
    assert.equal(error.code, grpc.status.NOT_FOUND);
    assert.equal(error.details, "nö %");
    assert.ok(error.metadata.get("grpc-status-details-bin")[0].includes("ROOM_NOT_FOUND"));
  },
  async "a defect tells nothing"() {
    const error = await call("Fail", { crash: true }).catch((e) => e);
    assert.equal(error.code, grpc.status.UNKNOWN);
    assert.ok(!error.details.includes("defect"));
  },
  async "a deadline that passes"() {
    const options = { deadline: Date.now() + 100 };
    const error = await call("Say", { wait: { seconds: 60 } }, undefined, options).catch((e) => e);
    assert.equal(error.code, grpc.status.DEADLINE_EXCEEDED);
  },
  async "a client stream"() {
    const answer = new Promise((resolve, reject) => {
      const stream = client.Collect((error, response) => (error ? reject(error) : resolve(response)));
      for (const text of ["a", "b", "c"]) stream.write({ text });
      stream.end();
    });
    assert.equal((await answer).text, "abc");
  },
  async "a server stream"() {
    const items = await collect(client.Repeat({ text: "x", count: 5000 }));
    assert.deepEqual(items.map((i) => i.index), [...Array(5000).keys()]);
  },
  async "a stream both ways, in turns"() {
    const stream = client.Chat();
    for (let i = 0; i < 20; i++) {
      stream.write({ text: `${i}` });
      const [item] = await once(stream, "data");
      assert.equal(item.text, `${i}`);
    }
    const status = once(stream, "status");
    stream.end();
    assert.equal((await status)[0].code, grpc.status.OK);
  },
  async "a stream that its caller leaves"() {
    const stream = client.Repeat({ count: 2, wait: { seconds: 60 } });
    const error = once(stream, "error");
    setTimeout(() => stream.cancel(), 50);
    const failure = await collect(stream).catch((e) => e);
    await error.catch(() => {});
    assert.equal(failure.code, grpc.status.CANCELLED);
  },
  async "a message of 3 MiB, and one over the limit"() {
    const big = open({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    const data = Buffer.alloc(3 << 20, 7);
    const { response } = await call("Say", { data }, undefined, {}, big);
    assert.ok(response.request.data.equals(data));
    const error = await call("Say", { data: Buffer.alloc(5 << 20) }, undefined, {}, big).catch((e) => e);
    assert.equal(error.code, grpc.status.RESOURCE_EXHAUSTED);
  },
  async "gzip is refused clearly"() {
    const zipped = open({ "grpc.default_compression_algorithm": 2 });
    const error = await call("Say", { text: "x".repeat(1000) }, undefined, {}, zipped).catch((e) => e);
    assert.equal(error.code, grpc.status.UNIMPLEMENTED);
    assert.match(error.details, /identity/);
  },
  async "a method that is not there"() {
    const error = await new Promise((resolve) => client.makeUnaryRequest(
      "/samtala.test.v1.Echo/Nothing", () => Buffer.alloc(0), (b) => b, {}, (e) => resolve(e)));
    assert.equal(error.code, grpc.status.UNIMPLEMENTED);
  },
  async "500 calls at once"() {
    const answers = await Promise.all([...Array(500).keys()].map((i) => call("Say", { text: `${i}` })));
    answers.forEach(({ response }, i) => assert.equal(response.text, `${i}`));
  },
};

for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`FAILED ${name}: ${error.stack}`);
    process.exitCode = 1;
  }
}
process.exit();

// Writes ../hyper/proof-requests.json: the Data with which the JavaScript hypercore answers requests, also those it
// refuses; signatures of longer lengths in one container; and how much of a log stays when it was cut back.
// Run in a folder where these packages are installed (exact versions in README.md):
//   npm install hypercore@11.37.1 hypercore-crypto@3.7.0 compact-encoding@3.5.2
//   node proof-requests.mjs > proof-requests.json
import { createRequire } from 'module'
import { mkdtemp, rm } from 'fs/promises'
import { tmpdir } from 'os'
import path from 'path'

const require = createRequire(path.join(process.cwd(), 'package.json'))
const Hypercore = require('hypercore')
const crypto = require('hypercore-crypto')
const c = require('compact-encoding')
const messages = require('hypercore/lib/messages')
const multisig = require('hypercore/lib/multisig')
const Verifier = require('hypercore/lib/verifier')
const { MerkleTree } = require('hypercore/lib/merkle-tree')

const hex = (b) => Buffer.from(b).toString('hex')
const block = (label, i) => crypto.hash(Buffer.from(`${label}#${i}`)).subarray(0, (i * 7) % 33)
const blocks = (label, from, to) => Array.from({ length: to - from }, (_, i) => block(label, from + i))
const pair = (n) => crypto.keyPair(crypto.hash(Buffer.from(`signer#${n}`)))
const folder = await mkdtemp(path.join(tmpdir(), 'proof-requests-'))
let opened = 0
const open = async (key, opts) => {
  const core = new Hypercore(path.join(folder, `core${opened++}`), key, opts)
  await core.ready()
  return core
}

const cases = []

async function prove (core, request) {
  const rx = core.state.storage.read()
  if (request.block && request.block.index >= core.length) throw new Error('The reference looks at its bitfield first')
  let pending
  try {
    pending = await MerkleTree.proof(core.state, rx, structuredClone(request))
  } catch (err) {
    rx.destroy()
    throw err
  }
  rx.tryFlush()
  const proof = await pending.settle()
  if (proof.block) proof.block.value = await core.get(proof.block.index)
  return hex(c.encode(messages.wire.data, { request: 1, ...proof, manifest: null }))
}

async function answers (core, label, length) {
  const requests = []
  const add = (r) => requests.push({ block: null, hash: null, seek: null, upgrade: null, ...r })
  const bytes = core.byteLength
  for (let start = 0; start < length; start += 1 + (start % 3)) {
    for (let end = start + 1; end <= length; end += 1 + ((start + end) % 5)) {
      const upgrade = { start, length: end - start }
      add({ upgrade })
      add({ upgrade, block: { index: end - 1, nodes: 0 } })
      add({ upgrade, block: { index: start, nodes: 0 } })
      add({ upgrade, seek: { bytes: (start * 37 + end * 11) % (bytes + 3), padding: 0 } })
      if (start > 0) add({ upgrade, block: { index: (start * end) % start, nodes: 0 } })
    }
  }
  for (let index = 0; index <= length; index++) {
    for (let nodes = 0; nodes < 5; nodes++) {
      add({ block: { index, nodes } })
      add({ hash: { index: index * 2, nodes } })
      add({ hash: { index: index * 2 + 1, nodes } })
      add({ block: { index, nodes }, seek: { bytes: (index * 17 + nodes * 5) % bytes, padding: 0 } })
      add({ block: { index, nodes }, seek: { bytes: (index * 13 + nodes) % (bytes / 2 | 0), padding: 3 } })
    }
  }
  const results = []
  for (const request of requests) {
    const encoded = hex(c.encode(messages.wire.request, { id: 1, fork: 0, ...request, manifest: false, priority: 0 }))
    let data = null
    try {
      data = await prove(core, request)
    } catch {
      // Refused, or nobody could answer it.
    }
    results.push([encoded, data])
  }
  cases.push({ kind: 'answers', label, length, key: hex(core.key), manifest: hex(c.encode(messages.manifest, core.manifest)), signature: hex(core.state.signature), answers: results })
}

const writer = await open(null, { keyPair: pair(0) })
await writer.append(blocks('answers', 0, 21))
await answers(writer, 'answers', 21)

// Three signers of one log, two needed; each signed its own length.
for (const version of [0, 1]) {
  for (const lengths of [[9, 9], [9, 12], [12, 9], [5, 13], [7, 8], [8, 16], [1, 20]]) {
    const manifest = Verifier.createManifest({
      version,
      quorum: 2,
      allowPatch: true,
      signers: [0, 1, 2].map((n) => ({ publicKey: pair(n).publicKey }))
    })
    const key = Hypercore.key(manifest)
    const parts = []
    const verifier = new Verifier(key, manifest)
    const target = multisig.signableLength([...lengths], 2)
    for (const [signer, length] of lengths.entries()) {
      const source = await open(null, { keyPair: pair(signer + 10) })
      await source.append(blocks('patched', 0, length))
      const signature = crypto.sign(MerkleTree.signable(source.state, version === 0 ? manifest.signers[signer].namespace : key), pair(signer).secretKey)
      parts.push(await multisig.partialSignature(source, signer, target, length, signature))
    }
    const signature = verifier.assemble(parts)
    const shortest = await open(null, { keyPair: pair(20) })
    await shortest.append(blocks('patched', 0, target))
    const batch = shortest.state.createTreeBatch ? shortest.state.createTreeBatch() : new (require('hypercore/lib/merkle-tree').MerkleTreeBatch)(shortest.state)
    cases.push({
      kind: 'patched',
      label: 'patched',
      manifest: hex(c.encode(messages.manifest, manifest)),
      key: hex(key),
      lengths,
      length: target,
      signatures: parts.map((p) => hex(p.signature)),
      container: hex(signature),
      verifies: verifier.verify(batch, signature)
    })
  }
}

// A log is cut back to some length and grows otherwise; the reader has all of the old one.
for (const [before, kept, after] of [[10, 7, 12], [16, 16, 20], [13, 0, 5], [20, 3, 4], [9, 8, 8], [31, 17, 40], [5, 2, 2]]) {
  const source = await open(null, { keyPair: pair(30) })
  await source.append(blocks('old', 0, before))
  const signatureBefore = hex(source.state.signature)
  const reader = await open(source.key)
  const a = source.replicate(true, { keepAlive: false })
  const b = reader.replicate(false, { keepAlive: false })
  a.pipe(b).pipe(a)
  await reader.download({ start: 0, end: before }).done()
  a.destroy()
  await new Promise((resolve) => a.once('close', resolve))
  await source.truncate(kept, 1)
  if (after > kept) await source.append(blocks('new', kept, after))
  const data = []
  const upgrade = { start: 0, length: after }
  data.push(await prove(source, { block: null, hash: null, seek: null, upgrade }))
  const batch = await reader.core.verifyReorg({ ...c.decode(messages.wire.data, Buffer.from(data[0], 'hex')), manifest: source.manifest })
  while (batch.want) {
    const hash = { index: 2 * batch.want.start, nodes: batch.want.nodes }
    const answer = await prove(source, { block: null, hash, seek: null, upgrade: null })
    data.push(answer)
    await batch.update(c.decode(messages.wire.data, Buffer.from(answer, 'hex')))
  }
  cases.push({ kind: 'reorg', key: hex(source.key), manifest: hex(c.encode(messages.manifest, source.manifest)), before, kept, after, signatureBefore, data, ancestors: batch.ancestors, newLength: batch.length, treeHash: hex(batch.hash()) })
}

process.stdout.write(JSON.stringify({
  source: 'hypercore@11.37.1',
  description: 'Block i of a label is blake2b-256(label + "#" + i) cut to (7i mod 33) bytes. answers: [request, data or null]. ' +
    'patched: signers at different lengths. reorg: blocks of label "old", cut back to `kept`, then of label "new".',
  cases
}))
await rm(folder, { recursive: true, force: true })
process.exit(0)

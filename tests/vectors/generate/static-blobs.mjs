// Writes ../hyper/static-blobs.json: the ids that the JavaScript hypercore gives to blobs as static cores.
// Run in a folder where these packages are installed (exact versions in README.md):
//   npm install hypercore@11.37.1 hypercore-crypto@3.7.0 compact-encoding@3.5.2
//   node static-blobs.mjs > static-blobs.json
import { createRequire } from 'module'
import { createHash } from 'crypto'
import { mkdtemp, rm } from 'fs/promises'
import { tmpdir } from 'os'
import path from 'path'

const require = createRequire(path.join(process.cwd(), 'package.json'))
const Hypercore = require('hypercore')
const crypto = require('hypercore-crypto')
const c = require('compact-encoding')
const messages = require('hypercore/lib/messages')

const BLOCK = 65536
const SIZES = [0, 1, 1024, 1025, 65535, 65536, 65537, 131072, 3 * 1024 * 1024 + 1, 5 * 65536]
const hex = (b) => Buffer.from(b).toString('hex')

function content (size) {
  const parts = []
  for (let i = 0, length = 0; length < size; i++, length += 32) parts.push(crypto.hash(Buffer.from('static-blob#' + i)))
  return Buffer.concat(parts).subarray(0, size)
}

const cases = []
for (const size of SIZES) {
  const folder = await mkdtemp(path.join(tmpdir(), 'static-blobs-'))
  const data = content(size)
  const blocks = []
  for (let at = 0; at < size; at += BLOCK) blocks.push(data.subarray(at, at + BLOCK))

  const source = new Hypercore(path.join(folder, 'source'))
  await source.ready()
  if (blocks.length > 0) await source.append(blocks)
  const treeHash = await source.treeHash()
  const manifest = { version: 1, quorum: 0, signers: [], prologue: { hash: treeHash, length: blocks.length } }
  const key = Hypercore.key(manifest)

  // The reference implementation itself accepts the source's blocks under the static key.
  const copy = new Hypercore(path.join(folder, 'copy'), key, { manifest })
  await copy.ready()
  let accepted = null
  if (blocks.length > 0) {
    await copy.core.copyPrologue(source.state)
    accepted = copy.length === blocks.length
    for (let i = 0; accepted && i < blocks.length; i++) accepted = Buffer.compare(await copy.get(i), blocks[i]) === 0
  }

  cases.push({
    size,
    blocks: blocks.length,
    leaves: blocks.map((b) => hex(crypto.data(b))),
    treeHash: hex(treeHash),
    manifest: hex(c.encode(messages.manifest, (await copy.core.header).manifest || manifest)),
    key: hex(key),
    discoveryKey: hex(crypto.discoveryKey(key)),
    acceptedByReference: accepted,
    sha1: createHash('sha1').update(data).digest('hex'),
    sha256: createHash('sha256').update(data).digest('hex'),
    sha512: createHash('sha512').update(data).digest('hex')
  })
  await copy.close()
  await source.close()
  await rm(folder, { recursive: true })
}

console.log(JSON.stringify({
  source: 'hypercore@11.37.1',
  description: 'Blobs as static cores of 65536-byte blocks: manifest v1, quorum 0, no signers, prologue {tree hash, ' +
    'length}. Content: concat over i of blake2b-256("static-blob#"+i), truncated to size.',
  cases
}, null, 1))

// Writes ../hyper/hyperbee-more.json: what the JavaScript hyperbee writes for many random operations, so that deletes
// with rebalancing, batches that delete, and compare-and-swap are covered at some scale.
// Run in a folder where these packages are installed (exact versions in README.md):
//   node hyperbee-more.mjs > hyperbee-more.json
import { createRequire } from 'module'
import { mkdtemp, rm } from 'fs/promises'
import { tmpdir } from 'os'
import path from 'path'

const require = createRequire(path.join(process.cwd(), 'package.json'))
const Hypercore = require('hypercore')
const Hyperbee = require('hyperbee')

let state = 20261120
const next = (n) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return Math.floor(state / 4294967296 * n) }
const key = (n) => 'k' + String(next(n)).padStart(4, '0')
const encodings = { keyEncoding: 'utf-8', valueEncoding: 'utf-8' }
const same = (expected) => (there) => there.value === expected

function one (n, values) {
  switch (next(8)) {
    case 0: case 1: case 2: return ['put', key(n), 'v' + next(values)]
    case 3: return ['cas-put', key(n), 'v' + next(values), 'v' + next(values)]
    case 4: return ['cas-del', key(n), 'v' + next(values)]
    default: return ['del', key(n)]
  }
}

async function apply (target, op) {
  switch (op[0]) {
    case 'put': return target.put(op[1], op[2])
    case 'del': return target.del(op[1])
    case 'cas-put': return target.put(op[1], op[2], { cas: same(op[3]) })
    case 'cas-del': return target.del(op[1], { cas: same(op[2]) })
  }
}

async function tree (name, options, steps) {
  const folder = await mkdtemp(path.join(tmpdir(), 'bee-vectors-'))
  const core = new Hypercore(folder)
  const bee = new Hyperbee(core, { ...encodings, ...options })
  await bee.ready()
  const ops = []
  for (const op of steps) {
    if (op[0] === 'batch') {
      const batch = bee.batch()
      for (const inner of op[1]) await apply(batch, inner)
      await batch.flush()
    } else if (op[0] === 'sub-put') await bee.sub(op[1]).put(op[2], op[3])
    else if (op[0] === 'sub-del') await bee.sub(op[1]).del(op[2])
    else await apply(bee, op)
    ops.push({ op, lengthAfter: core.length })
  }

  const item = { name, encodings, ...options, ops, blocks: [], entries: [], history: [], ranges: [], diffs: [] }
  for (let i = 0; i < core.length; i++) item.blocks.push({ hex: (await core.get(i)).toString('hex') })
  for await (const e of bee.createReadStream()) item.entries.push({ seq: e.seq, key: e.key, value: e.value })
  for await (const e of bee.createHistoryStream()) item.history.push({ type: e.type, seq: e.seq, key: e.key })
  for (let i = 0; i < 12; i++) {
    const range = {}
    if (next(3)) range[next(2) ? 'gt' : 'gte'] = key(200)
    if (next(3)) range[next(2) ? 'lt' : 'lte'] = key(200)
    if (next(2)) range.reverse = true
    if (next(2)) range.limit = 1 + next(20)
    const version = ops[next(ops.length)].lengthAfter // never amid a batch: such a version has no root
    const keys = []
    for await (const e of bee.checkout(version).createReadStream(range)) keys.push(e.key)
    item.ranges.push({ version, range, keys })
  }
  for (let i = 0; i < 8; i++) {
    const against = ops[next(ops.length)].lengthAfter
    const diff = []
    const side = (e) => e ? { seq: e.seq, key: e.key } : null
    for await (const d of bee.createDiffStream(against)) diff.push({ left: side(d.left), right: side(d.right) })
    item.diffs.push({ against, diff })
  }
  await bee.close()
  await rm(folder, { recursive: true })
  return item
}

const many = (count, make) => Array.from({ length: count }, make)
const cases = []
cases.push(await tree('600 random puts and deletes of 120 keys', {}, many(600, () => one(120, 4))))
cases.push(await tree('120 puts, then every key deleted in another order', {}, [
  ...many(120, (_, i) => ['put', 'k' + String((i * 7) % 120).padStart(4, '0'), 'v' + i]),
  ...many(120, (_, i) => ['del', 'k' + String((i * 49) % 120).padStart(4, '0')])
]))
cases.push(await tree('batches of random puts and deletes', {}, many(24, () => ['batch', many(1 + next(60), () => one(150, 4))])))
cases.push(await tree('batches and single operations mixed, small tree', {}, many(80, () =>
  next(2) ? one(14, 3) : ['batch', many(1 + next(9), () => one(14, 3))])))
cases.push(await tree('the same value is not written again', { alwaysDuplicate: false }, many(60, () =>
  next(3) ? one(30, 2) : ['batch', many(1 + next(20), () => one(30, 2))])))
cases.push(await tree('sub-databases beside each other', {}, many(150, () => next(3)
  ? ['sub-put', 's' + next(3), key(30), 'v' + next(9)]
  : ['sub-del', 's' + next(3), key(30)])))
cases.push(await tree('a delete in an empty tree writes the header', {}, [['del', 'nothing']]))
process.stdout.write(JSON.stringify({
  source: 'hyperbee@' + require('hyperbee/package.json').version,
  description: 'As hyperbee.json: blocks after random operations (seeded), entries, history, ranges at versions, differences.',
  cases
}, null, 0).replaceAll('{"name"', '\n{"name"') + '\n')

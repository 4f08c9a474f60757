/**
 * Changes to one space's trie. Nodes of committed versions are copied before they change; nodes made in the
 * same batch change in place. Labels are absolute, so a node can be moved up or down without touching it.
 */
import type { NumberList } from './garbage.ts'
import type { NodePool } from './node-pool.ts'
import { LABEL_WORDS_MAX, labelBit, type Space } from './spaces.ts'

export class SpaceEditor {
  private readonly pool: NodePool
  private readonly roots: Record<Space, number>
  // The path to the last key put: fresh, dirty nodes from the root down. The next key starts where it leaves
  // that path, which makes sorted input several times as fast.
  private readonly path: Uint32Array = new Uint32Array(258)
  private depth = 0
  private readonly pathKey: Uint32Array = new Uint32Array(LABEL_WORDS_MAX)

  constructor(pool: NodePool, roots: Record<Space, number>) {
    this.pool = pool
    this.roots = roots
  }

  /** To be called when nodes on the path may be no longer fresh or dirty. */
  forgetPath(): void {
    this.depth = 0
  }

  /**
   * Puts `record` (0 = none) at a key and returns the one that was there. Removing a record that is not there
   * is a bug. Superseded committed nodes are added to `superseded`.
   */
  put(key: Uint32Array, length: number, record: number, superseded: NumberList): number {
    const { pool, path } = this
    this.startPath(key, length, superseded)
    for (;;) {
      const node = path[this.depth - 1] as number
      const at = pool.length(node)
      if (at === length) {
        const old = pool.record(node)
        pool.setRecord(node, record)
        if (record === 0) this.prune(node)
        return old
      }
      const side = labelBit(key, at)
      const child = pool.child(node, side)
      if (child === 0) {
        this.extend(node, side, pool.allocate(length, key, record))
        return 0
      }
      const childLength = pool.length(child)
      const agreed = pool.agree(child, key, Math.min(childLength, length))
      if (agreed < childLength) {
        this.insertAbove(node, side, child, agreed, key, length, record)
        return 0
      }
      this.extend(node, side, this.writable(child, superseded))
    }
  }

  private startPath(key: Uint32Array, length: number, superseded: NumberList): void {
    const { pool, path, pathKey } = this
    if (this.depth === 0) {
      const root = this.writable(this.roots[pool.space], superseded)
      this.roots[pool.space] = root
      path[0] = root
      this.depth = 1
    } else {
      let shared = length
      for (let i = 0, bits = 0; bits < length; i++, bits += 32) {
        const difference = (pathKey[i] as number) ^ (key[i] as number)
        if (difference === 0) continue
        shared = Math.min(length, bits + Math.clz32(difference))
        break
      }
      while (pool.length(path[this.depth - 1] as number) > shared) this.depth--
    }
    for (let i = 0; i < pool.labelWords; i++) pathKey[i] = key[i] as number
  }

  /** The node itself if this batch made it, else a copy that replaces it. Dirty from now on. */
  private writable(node: number, superseded: NumberList): number {
    if (this.pool.isFresh(node)) {
      this.pool.touch(node)
      return node
    }
    superseded.push(node)
    return this.pool.copy(node)
  }

  private extend(parent: number, side: 0 | 1, child: number): void {
    this.pool.setChild(parent, side, child)
    this.path[this.depth++] = child
  }

  /** The key leaves the edge to `child` after `agreed` bits: it becomes the child's parent or its sibling. */
  private insertAbove(
    parent: number,
    side: 0 | 1,
    child: number,
    agreed: number,
    key: Uint32Array,
    length: number,
    record: number,
  ): void {
    const { pool } = this
    if (agreed === length) {
      const made = pool.allocate(length, key, record)
      pool.setChild(made, pool.bit(child, length), child)
      this.extend(parent, side, made)
      return
    }
    const leaf = pool.allocate(length, key, record)
    const branch = pool.allocate(agreed, key, 0)
    pool.setChild(branch, pool.bit(child, agreed), child)
    this.extend(parent, side, branch)
    this.extend(branch, labelBit(key, agreed), leaf)
  }

  /** Restores "exists iff it has a value or two children" at the end of the path, which just lost its record. */
  private prune(node: number): void {
    const { pool } = this
    if (this.depth === 1) return
    const left = pool.child(node, 0)
    const right = pool.child(node, 1)
    if (left !== 0 && right !== 0) return
    const parent = this.removeLast(left | right)
    if ((left | right) !== 0 || this.depth === 1 || pool.record(parent) !== 0) return
    this.removeLast(pool.child(parent, 0) | pool.child(parent, 1))
  }

  /** Takes the last node off the path, puts `instead` in its place, and returns its parent. */
  private removeLast(instead: number): number {
    const { pool, path } = this
    const node = path[--this.depth] as number
    const parent = path[this.depth - 1] as number
    pool.setChild(parent, pool.bit(node, pool.length(parent)), instead)
    pool.free(node)
    return parent
  }
}

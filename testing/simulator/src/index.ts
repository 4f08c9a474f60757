/**
 * Naive second models and workloads for tests: written to be obviously right, not fast, and sharing no code with what
 * they judge. Only tests may import this room.
 */

export * from './memory-state.ts'
export * from './naive-trie.ts'
export {
  startTestRegistry,
  TEST_ORIGIN,
  TEST_POOLS,
  type TestHolder,
  type TestPool,
  TestRegistry,
  type TestRegistryOptions,
} from './test-registry.ts'

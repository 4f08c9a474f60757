/**
 * The adversary: a catalogue of attacks by somebody who holds every key of the registry, calls every entry point and
 * writes any log. Each is carried out against real code, and must be prevented, convicted by a file that anyone
 * verifies, or, said plainly, only visible. Attacks are short entries in `catalogue/`; what came of one is compared
 * with what it claims, so that no class can be claimed that does not hold.
 */

export type { Attack, AttackClass, Outcome, Route } from './attack.ts'
export { type AttackGroup, CATALOGUE, GROUPS } from './catalogue.ts'
export { type AttackCommand, runAttacks } from './command.ts'
export { attackPage } from './page.ts'
export { type AttackRow, attackTable, difference, type Played, playAttack } from './run.ts'

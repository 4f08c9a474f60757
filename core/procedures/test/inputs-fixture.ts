/** Inputs for tests of what procedures share: whatever the needs ask for, from a world. */

import type { Range } from '@cadastre/numbers'
import { object, type RecordKey, type Registration, text } from '@cadastre/records'
import { gather as gatherInputs, type Inputs, type Need, type Procedure } from '../src/index.ts'
import { carveNeeds } from '../src/ranges.ts'
import type { World } from './world.ts'

export { CellEdits } from '../src/cell-edits.ts'
export { DRAFT_SINCE } from '../src/index.ts'

/** The inputs that `needs` asks for, as an act that falls due gathers them. */
export function inputsOf(
  here: World,
  needs: (known: Inputs) => readonly Need[],
  subject = 'obj/application/A-1',
): Inputs {
  const procedure: Procedure = {
    id: 'test/1',
    body: object({ any: text({ expected: 'text', maxLength: 1 }) }),
    refusals: ['not-due'],
    deadlineSeconds: 60,
    needs: (_, known) => needs(known),
    decide: () => ({ accepted: false, refusals: ['not-due'] }),
  }
  return gatherInputs(procedure, { kind: 'due', subject: subject as RecordKey }, here.state).inputs
}

/** What taking a range out of a registration looks at. */
export function gather(here: World, registration: Registration, taken: Range): Inputs {
  return inputsOf(here, () => carveNeeds(registration, taken.space, taken))
}

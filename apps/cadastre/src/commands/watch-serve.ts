/** `watch serve`: the faces of the watched world. */

import type { Settings } from '../data/settings.ts'
import { CommandError, type Output } from './output.ts'

export function watchServe(
  _settings: Settings,
  _options: { readonly directory?: string },
  _output: Output,
): Promise<number> {
  return Promise.reject(new CommandError('The pages of Watch are not in this version yet.'))
}

/** Waiting until somebody asks the program to end. */

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function interruption(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130))
        resolve(signal)
      })
    }
  })
}

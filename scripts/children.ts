// Child programs whose output goes to the terminal, and which end when this program is told to.

import { type ChildProcess, spawn } from 'node:child_process'

const running = new Set<ChildProcess>()

/** Runs a program to its end. Gives its exit code, or null where it was ended by a signal or not found. */
export function run(program: string, args: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit' })
    running.add(child)
    child.once('error', (error) => {
      running.delete(child)
      console.error(`== ${program}: ${error.message}`)
      resolve(null)
    })
    child.once('exit', (code) => {
      running.delete(child)
      resolve(code)
    })
  })
}

/** Ends the programs that are running. */
export function endChildren(): void {
  for (const child of running) child.kill('SIGTERM')
}

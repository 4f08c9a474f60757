/** Child processes that tests kill with SIGKILL, which no process can prepare for. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export class Child {
  readonly #process: ChildProcess
  readonly ended: Promise<void>
  /** Lines of standard output, as far as the child got. */
  readonly lines: string[] = []
  #heard: (() => void)[] = []

  constructor(program: string, args: readonly string[]) {
    this.#process = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    const { stdout } = this.#process
    if (stdout === null) throw new Error('standard output is a pipe')
    const reader = createInterface({ input: stdout })
    reader.on('line', (line) => {
      this.lines.push(line)
      for (const heard of this.#heard.splice(0)) heard()
    })
    const exit = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()))
    const closed = new Promise<void>((resolve) => reader.once('close', () => resolve()))
    this.ended = Promise.all([exit, closed]).then(() => {
      for (const heard of this.#heard.splice(0)) heard()
    })
  }

  /** Null while it runs, and after it was killed. */
  get exitCode(): number | null {
    return this.#process.exitCode
  }

  /** The first line that the condition holds of; throws where the child ends without it. */
  async line(condition: (line: string) => boolean): Promise<string> {
    for (;;) {
      const found = this.lines.find(condition)
      if (found !== undefined) return found
      if (this.#process.exitCode !== null || this.#process.signalCode !== null)
        throw new Error(`the child has ended (${this.#process.exitCode ?? this.#process.signalCode})`)
      await new Promise<void>((resolve) => this.#heard.push(resolve))
    }
  }

  /** SIGKILL; resolves when it is gone and all that it said has been read. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.ended
  }
}

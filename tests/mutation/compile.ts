// Whether a mutant compiles. One that does not can never be part of the program: the compiler is what notices it.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import type { Mutant } from './instrument.ts'

/** Statements are put in place as they are; an expression in brackets, so that it stays one. */
function mutated(text: string, { offset, original, replacement, mutator }: Mutant): string {
  const statement = mutator === 'BlockStatement' || mutator === 'CallExpression'
  const put = statement ? replacement : `(${replacement})`
  return text.slice(0, offset) + put + text.slice(offset + original.length)
}

/** The compiler over one project, asked again and again with one file changed. */
export class Compiler {
  readonly #service: ts.LanguageService
  readonly #changed = new Map<string, { readonly version: number; readonly text: string }>()
  #version = 0

  /** `config`: the path of the project's tsconfig. */
  constructor(config: string) {
    const read = ts.readConfigFile(config, (path) => readFileSync(path, 'utf8'))
    const { fileNames, options } = ts.parseJsonConfigFileContent(read.config, ts.sys, dirname(config))
    // A name that nobody uses any more says nothing about what the code does.
    const settings: ts.CompilerOptions = { ...options, noUnusedLocals: false, noUnusedParameters: false }
    const host: ts.LanguageServiceHost = {
      getCompilationSettings: () => settings,
      getCurrentDirectory: () => dirname(config),
      getDefaultLibFileName: (used) => ts.getDefaultLibFilePath(used),
      getScriptFileNames: () => fileNames,
      getScriptVersion: (path) => String(this.#changed.get(path)?.version ?? 0),
      getScriptSnapshot: (path) => {
        const text = this.#changed.get(path)?.text ?? ts.sys.readFile(path)
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
      },
      fileExists: (path) => ts.sys.fileExists(path),
      readFile: (path) => ts.sys.readFile(path),
      directoryExists: (path) => ts.sys.directoryExists(path),
      getDirectories: (path) => ts.sys.getDirectories(path),
      realpath: (path) => ts.sys.realpath?.(path) ?? path,
    }
    this.#service = ts.createLanguageService(host)
  }

  /** What the compiler says to the file with the mutant in it; null where it compiles. */
  objection(mutant: Mutant): string | null {
    const { path } = mutant
    const text = readFileSync(path, 'utf8')
    try {
      return this.#firstError(path, mutated(text, mutant))
    } finally {
      this.#put(path, text)
    }
  }

  #put(path: string, text: string): void {
    this.#version += 1
    this.#changed.set(path, { version: this.#version, text })
  }

  #firstError(path: string, text: string): string | null {
    this.#put(path, text)
    const found =
      this.#service.getSyntacticDiagnostics(path)[0] ?? this.#service.getSemanticDiagnostics(path)[0]
    return found === undefined ? null : ts.flattenDiagnosticMessageText(found.messageText, ' ')
  }
}

/** The compiler over the core, as `npm run check` asks it. */
export function coreCompiler(root: string): Compiler {
  return new Compiler(join(root, 'tsconfig.core.json'))
}

// House rules that the linter cannot say, as functions from a source file to what is wrong with it.

import ts from 'typescript'
import { parse, place, type Source, walk } from './source.ts'

type Rule = (source: Source) => string[]

/** A rule that looks at single nodes: `wrong` says what is wrong with one, or undefined. */
function nodeRule(wrong: (node: ts.Node, file: ts.SourceFile) => string | undefined): Rule {
  return (source) => {
    const file = parse(source)
    const found: string[] = []
    walk(file, (node) => {
      const says = wrong(node, file)
      if (says !== undefined) found.push(`${place(file, node)}: ${says}`)
    })
    return found
  }
}

const CLOCKS = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'performance.timeOrigin',
  'Temporal.Now',
  'process.hrtime',
])

/** Core and ledger take time and chance as arguments (style.md, "Time, randomness, keys are arguments"). */
export const clocks: Rule = nodeRule((node, file) => {
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText(file).replace(/^globalThis\./, '')
    return CLOCKS.has(text) ? `${text}: time and chance are arguments here` : undefined
  }
  const constructs = ts.isNewExpression(node) || ts.isCallExpression(node)
  if (!constructs || node.expression.getText(file) !== 'Date') return undefined
  const reads = ts.isCallExpression(node) || (node.arguments ?? []).length === 0
  return reads ? 'Date() reads the clock: time is an argument here' : undefined
})

/** Whether the name is used anywhere inside. */
function mentions(node: ts.Node, name: string): boolean {
  let found = false
  walk(node, (inner) => {
    if (ts.isIdentifier(inner) && inner.text === name) found = true
  })
  return found
}

/**
 * A catch must bind the error and look at it: one that does not takes every bug for the fault it expects. The same
 * for a promise's `.catch`.
 */
export const bareCatches: Rule = nodeRule((node, file) => {
  if (ts.isCatchClause(node)) {
    const bound = node.variableDeclaration?.name
    if (bound === undefined) return 'bare catch: bind the error and say which one is expected'
    const looks = !ts.isIdentifier(bound) || mentions(node.block, bound.text)
    return looks ? undefined : 'the caught error is not looked at'
  }
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined
  const [handler] = node.arguments
  if (node.expression.name.text !== 'catch' || handler === undefined) return undefined
  if (!ts.isArrowFunction(handler) && !ts.isFunctionExpression(handler)) return undefined
  const bound = handler.parameters[0]?.name
  const looks = bound !== undefined && (!ts.isIdentifier(bound) || mentions(handler.body, bound.text))
  return looks ? undefined : `${node.expression.getText(file).slice(-20)}: the error is not looked at`
})

/** Type assertions, `as const` apart. */
export const casts: Rule = nodeRule((node, file) => {
  if (!ts.isAsExpression(node) && !ts.isTypeAssertionExpression(node)) return undefined
  const type = node.type.getText(file)
  return type === 'const' ? undefined : `as ${type}`
})

/** `as unknown as`: a cast that the compiler had refused. */
export const doubleCasts: Rule = nodeRule((node, file) =>
  ts.isAsExpression(node) && ts.isAsExpression(node.expression)
    ? `as ${node.expression.type.getText(file)} as ${node.type.getText(file)}`
    : undefined,
)

const MINTED = new Set(['Verified', 'Consent', 'Order', 'PublicInstrument', 'Basis'])

/** Evidence is made by checking it, in `core/evidence` and `ledger/signatures`; elsewhere nobody may assert it. */
export const assertedEvidence: Rule = nodeRule((node) => {
  if (
    !ts.isAsExpression(node) ||
    !ts.isTypeReferenceNode(node.type) ||
    !ts.isIdentifier(node.type.typeName)
  ) {
    return undefined
  }
  const name = node.type.typeName.text
  return MINTED.has(name) ? `as ${name}: evidence is minted by checking it` : undefined
})

/** What a face may take from the store's port: whatever does not write (design section 3, "the *reader* port"). */
export const writerPortImports: Rule = nodeRule((node, file) => {
  if (!ts.isImportDeclaration(node) && !ts.isExportDeclaration(node) && !ts.isImportTypeNode(node))
    return undefined
  const text = node.getText(file)
  if (!/['"](@cadastre\/store-port|[./]+stores\/port\/[^'"]*)['"]/.test(text)) return undefined
  if (/writer|fenced|batch/i.test(text)) return 'faces take the reader port only'
  return /\*/.test(text) ? 'faces name what they take from the store port' : undefined
})

/** Longest function, in lines, that needs no entry in the ratchet. */
const FUNCTION_LINES_MAX = 70

/** Functions longer than {@link FUNCTION_LINES_MAX}, as `path#name` to lines. */
export function longFunctions(source: Source): Map<string, number> {
  const file = parse(source)
  const found = new Map<string, number>()
  walk(file, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return
    const line = (position: number): number => file.getLineAndCharacterOfPosition(position).line
    const lines = line(node.getEnd()) - line(node.getStart(file)) + 1
    if (lines > FUNCTION_LINES_MAX) found.set(`${source.path}#${nameOf(node, file)}`, lines)
  })
  return found
}

function nameOf(node: ts.SignatureDeclaration, file: ts.SourceFile): string {
  if (node.name !== undefined) return node.name.getText(file)
  const parent = node.parent
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText(file)
  return `line ${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`
}

/** The page's one script: verifies the proof of what the page shows, and says the outcome in plain words. */

import { check, type Task, type Verdict, verify } from './check.ts'
import { forget, type Keeper } from './memory.ts'
import { growth, headline, particulars } from './sentences.ts'
import { changeOneByte } from './tamper.ts'

type Proved = Extract<Verdict, { readonly state: 'proved' }>

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  ...children: readonly (string | Node)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  made.append(...children)
  return made
}

function paragraph(className: string, ...children: readonly (string | Node)[]): HTMLParagraphElement {
  const made = element('p', ...children)
  made.className = className
  return made
}

function list(lines: readonly string[]): HTMLUListElement {
  return element('ul', ...lines.map((line) => element('li', line)))
}

function button(words: string, act: () => void): HTMLButtonElement {
  const made = element('button', words)
  made.type = 'button'
  made.addEventListener('click', act)
  return made
}

/** The two places of the panel. */
class Panel {
  readonly #verdict: HTMLElement
  readonly #below: HTMLElement

  constructor(verdict: HTMLElement, below: HTMLElement) {
    this.#verdict = verdict
    this.#below = below
  }

  show(state: Verdict['state'] | 'checking', mark: string, title: string, ...rest: readonly Node[]): void {
    const sign = element('span', mark)
    sign.className = 'mark'
    sign.ariaHidden = 'true'
    this.#verdict.dataset['state'] = state
    document.documentElement.dataset['proof'] = state
    this.#verdict.replaceChildren(paragraph('headline', sign, title), ...rest)
  }

  /** Sets the buttons; the one that was pressed is replaced, so the first of the new ones takes the focus. */
  buttons(buttons: readonly HTMLButtonElement[], focus: boolean): void {
    this.#below.replaceChildren(...buttons)
    if (focus) buttons[0]?.focus()
  }
}

function showProved(panel: Panel, verdict: Proved, focus: boolean): void {
  const { answer, trust, names, grownFrom } = verdict
  const particular = list([...particulars(answer, trust.policy), growth(grownFrom, answer.size)])
  const what = paragraph('what', headline(answer, names))
  const key = paragraph(
    'fine',
    'Checked in this browser, against the log key that this server names. Compare it with one that you got elsewhere: ',
    element('code', trust.vkey),
  )
  panel.show('proved', '✓', 'Proved.', what, particular, key)
  panel.buttons([button('Change one byte and check again', () => showTampered(panel, verdict))], focus)
}

function showTampered(panel: Panel, verdict: Proved): void {
  const changed = changeOneByte(verdict.document, Math.random())
  const answer = verify(verdict.trust, verdict.answer.query.key, changed.text)
  const change = paragraph(
    'what',
    `Byte ${changed.position} of ${changed.length} was changed from “${changed.from}” to “${changed.to}”, in this browser only.`,
  )
  if (answer.ok)
    panel.show('refused', '✗', 'The changed proof was accepted: this is a fault. Please report it.', change)
  else
    panel.show(
      'refused',
      '✗',
      'Refused: the changed document proves nothing.',
      change,
      paragraph('why', `${answer.error.detail} `, element('code', answer.error.code)),
    )
  panel.buttons(
    [
      button('Change another byte', () => showTampered(panel, verdict)),
      button('Back to the proof as it was sent', () => showProved(panel, verdict, true)),
    ],
    true,
  )
}

function show(panel: Panel, verdict: Verdict, again: () => void, keeper: Keeper): void {
  if (verdict.state === 'proved') {
    showProved(panel, verdict, false)
  } else if (verdict.state === 'refused') {
    panel.show('refused', '✗', `Refused: ${verdict.headline}`, list(verdict.reasons))
    const forgetting = button('Forget the earlier visit and trust this log', () => {
      forget(keeper)
      again()
    })
    panel.buttons([button('Check again', again), ...(verdict.forgettable ? [forgetting] : [])], false)
  } else {
    panel.show('unchecked', '?', 'Not checked.', paragraph('what', verdict.reason))
    panel.buttons([button('Check again', again)], false)
  }
}

/** Storage that forgets at the end of the page, where the browser refuses to keep anything. */
function keeperOf(): Keeper {
  try {
    return window.localStorage
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    const kept = new Map<string, string>()
    return {
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
      removeItem: (name) => void kept.delete(name),
    }
  }
}

function taskOf({ dataset }: HTMLElement): Task {
  return {
    key: dataset['key'] ?? '',
    proof: dataset['proof'] ?? '',
    proofAt: dataset['proofAt'] ?? '',
    size: Number(dataset['size']),
  }
}

async function run(verdict: HTMLElement, below: HTMLElement): Promise<void> {
  const panel = new Panel(verdict, below)
  const keeper = keeperOf()
  const task = taskOf(verdict)
  panel.show('checking', '…', 'Checking the proof.')
  panel.buttons([], false)
  show(panel, await check(task, document, keeper), () => void run(verdict, below), keeper)
}

const verdict = document.getElementById('verdict')
const below = document.getElementById('tamper')
if (verdict !== null && below !== null) void run(verdict, below)

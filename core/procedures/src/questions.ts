/**
 * The closed questions that attestors answer, with yes or no, about facts alone. Every one must be answered with yes
 * for the application to go on. They stand on the page of the procedure too.
 */
export const QUESTIONS = {
  'instrument-authentic':
    'Is the instrument with this hash an authentic document of the office that it names, not older than 90 days?',
  'instrument-in-force': 'Had it not been stayed, lifted or superseded when its office was asked?',
  'names-parties':
    'Does it name predecessor and successor exactly as their identities or imported records do?',
  'passes-numbers':
    'Does it pass to the successor the whole undertaking or estate, or the numbers that the application lists?',
} as const

export type QuestionId = keyof typeof QUESTIONS

export const SUCCESSION_QUESTIONS: readonly QuestionId[] = [
  'instrument-authentic',
  'instrument-in-force',
  'names-parties',
  'passes-numbers',
]

/**
 * The y-coordinates, little-endian, of every encoding that any Ed25519 implementation decodes to a point of
 * order 1, 2, 4 or 8: -1, 0, 1, the two of order 8, and the non-canonical p and p + 1. The sign bit is free.
 */
const Y_HEX: readonly string[] = [
  `ec${'ff'.repeat(30)}7f`,
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
]

const Y: readonly Uint8Array[] = Y_HEX.map((hex) =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
)

/**
 * Whether 32 bytes encode an Ed25519 point of small order. Libraries differ on such points: OpenSSL 3.5
 * refuses signatures whose key or R is one, OpenSSL 3.0 and Go do not. Both ports refuse them, so that what
 * is valid does not hang on a library's version.
 */
export function isSmallOrderEncoding(bytes: Uint8Array): boolean {
  return Y.some((y) => {
    for (let i = 0; i < 31; i++) if (bytes[i] !== y[i]) return false
    return ((bytes[31] ?? 0) & 0x7f) === y[31]
  })
}

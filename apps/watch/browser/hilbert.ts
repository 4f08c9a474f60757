/** The Hilbert curve over a square of 65,536 by 65,536: a place for each IPv4 address, near ones near. */

const ORDER = 16
export const SIDE: number = 2 ** ORDER

/** Place of an address. */
export function placeOf(address: number): readonly [number, number] {
  let [x, y, rest] = [0, 0, address]
  for (let side = 1; side < SIDE; side *= 2) {
    const rx = 1 & Math.floor(rest / 2)
    const ry = 1 & (rest ^ rx)
    ;[x, y] = turned(side, x, y, rx, ry)
    x += side * rx
    y += side * ry
    rest = Math.floor(rest / 4)
  }
  return [x, y]
}

/** Address of a place. */
export function addressAt(placeX: number, placeY: number): number {
  let [x, y, address] = [placeX, placeY, 0]
  for (let side = SIDE / 2; side >= 1; side /= 2) {
    const rx = (x & side) > 0 ? 1 : 0
    const ry = (y & side) > 0 ? 1 : 0
    address += side * side * ((3 * rx) ^ ry)
    ;[x, y] = turned(SIDE, x, y, rx, ry)
  }
  return address
}

function turned(side: number, x: number, y: number, rx: number, ry: number): readonly [number, number] {
  if (ry === 1) return [x, y]
  return rx === 1 ? [side - 1 - y, side - 1 - x] : [y, x]
}

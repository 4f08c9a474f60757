/** A bare client: sends bytes and reads until the server closes. */

import { connect, type Socket } from 'node:net'

/** A connection that is open. */
export function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/** Everything that the server sends until it closes. */
export function readAll(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.once('error', reject)
    socket.once('end', () => {
      socket.end()
      resolve(Buffer.concat(chunks).toString('utf8'))
    })
  })
}

/** Send bytes, say that there are no more, and read all. */
export async function exchange(port: number, bytes: Buffer): Promise<string> {
  const socket = await dial(port)
  const all = readAll(socket)
  socket.end(bytes)
  return all
}

/** The replies in what a persistent connection sent, each without its end. */
export function replies(text: string): string[] {
  return text.split('\n\n\n').slice(0, -1)
}

import type { TensorInfo } from '@tensorflow/tfjs-core'
import { NotTraceable } from '../../../layers/forward.ts'
import { bytesOf, type DataId } from './backend.ts'

/** Adjacent bytes, and the steps of a program in which they hold something. Steps are counted from 0. */
export interface Room {
  readonly bytes: number
  /** The step that writes it last; −1 for what is there from the start. */
  ready: number
  first: number
  last: number
  /** Kept from the first step to the last. */
  pinned: boolean
  /** Set if it is a part of a larger room. */
  inside: Place | null
  address: number
}

/** A part of a room: the whole, or what a view shows of it. */
export interface Place {
  readonly room: Room
  readonly offset: number
}

/** Which bytes each tensor of a recording occupies. */
export interface Places {
  /** Throws `NotTraceable` for a tensor that was created before the recording. */
  of(dataId: DataId): Place
  /** New bytes for a tensor that step `ready` makes; −1 for one that is there from the start, which is kept. */
  make(info: TensorInfo, ready: number): Room
  /** Lets a tensor show bytes of another. */
  view(dataId: DataId, of: DataId, offset?: number): void
  /** Makes whole rooms adjacent parts of the tensor's; false, and nothing, if one of them cannot move. */
  join(info: TensorInfo, parts: readonly DataId[]): boolean
  has(dataId: DataId): boolean
  readonly rooms: readonly Room[]
}

export function createPlaces(): Places {
  const found = new Map<DataId, Place>()
  const rooms: Room[] = []
  const of = (dataId: DataId): Place => {
    const place = found.get(dataId)
    if (!place) throw new NotTraceable('it uses a tensor that was created before the step')
    return outermost(place)
  }
  const make = (info: TensorInfo, ready: number): Room => {
    const pinned = ready < 0
    const room: Room = { bytes: bytesOf(info), ready, first: ready, last: ready, pinned, inside: null, address: 0 }
    rooms.push(room)
    found.set(info.dataId, { room, offset: 0 })
    return room
  }
  return {
    of,
    make,
    view(dataId, shown, offset = 0) {
      const place = of(shown)
      found.set(dataId, { room: place.room, offset: place.offset + offset })
    },
    join(info, parts) {
      const whole = parts.map((dataId) => of(dataId))
      const rooms = new Set(whole.map(({ room }) => room))
      const bytes = whole.reduce((sum, { room }) => sum + room.bytes, 0)
      const fixed = whole.some(({ room, offset }) => room.pinned || offset !== 0)
      if (fixed || rooms.size < whole.length || bytes !== bytesOf(info)) return false
      const outer = make(info, Math.max(...whole.map(({ room }) => room.ready)))
      let offset = 0
      for (const { room } of whole) {
        room.inside = { room: outer, offset }
        outer.first = Math.min(outer.first, room.first)
        outer.last = Math.max(outer.last, room.last)
        offset += room.bytes
      }
      return true
    },
    has: (dataId) => found.has(dataId),
    rooms,
  }
}

/** The place in the room that is no part of another. */
export function outermost({ room, offset }: Place): Place {
  return room.inside ? outermost({ room: room.inside.room, offset: room.inside.offset + offset }) : { room, offset }
}

/** Says that a step uses the room. */
export function used({ room }: Place, step: number): void {
  room.last = Math.max(room.last, step)
}

/** Rooms whose steps overlap lie apart; 64 bytes are a cache line. Returns how many bytes all take. */
export function arrange(rooms: readonly Room[], steps: number): number {
  const outer = rooms.filter((room) => !room.inside)
  const spans = outer.map((room) => ({
    room,
    from: room.pinned ? -1 : room.first,
    to: room.pinned ? steps : room.last,
    bytes: Math.ceil(Math.max(1, room.bytes) / line) * line,
  }))
  /** By address. */
  const placed: (typeof spans)[number][] = []
  let most = 0
  for (const span of spans.toSorted((a, b) => b.bytes - a.bytes)) {
    let address = 0
    for (const { room, bytes, from, to } of placed) {
      if (from > span.to || span.from > to) continue
      if (address + span.bytes <= room.address) break
      address = Math.max(address, room.address + bytes)
    }
    span.room.address = address
    placed.splice(placed.findLastIndex(({ room }) => room.address <= address) + 1, 0, span)
    most = Math.max(most, address + span.bytes)
  }
  return most
}

const line = 64

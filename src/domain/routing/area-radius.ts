import type { LatLon } from '../numbers/location.ts';

/** IUGG mean radius of the earth, 6371.0088 km. */
const EARTH_RADIUS_MILES = 3958.7613;

const RADIANS_PER_DEGREE = Math.PI / 180;

/** A point as a vector of length one from the earth's centre: comparing distances then takes no trigonometry. */
export interface UnitVector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** The vector of a point given in degrees. */
export function toUnitVector({ lat, lon }: LatLon): UnitVector {
  const phi = lat * RADIANS_PER_DEGREE;
  const lambda = lon * RADIANS_PER_DEGREE;
  return { x: Math.cos(phi) * Math.cos(lambda), y: Math.cos(phi) * Math.sin(lambda), z: Math.sin(phi) };
}

/** Square of the straight line through the earth between two unit vectors; grows with the great circle, 0 to 4. */
export function squaredChord(a: UnitVector, b: UnitVector): number {
  return (a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2;
}

/** The squared chord that spans so many miles of great circle; half the earth's girth and more spans everything. */
export function squaredChordOfMiles(miles: number): number {
  const halfAngle = Math.min(miles / EARTH_RADIUS_MILES / 2, Math.PI / 2);
  return (2 * Math.sin(halfAngle)) ** 2;
}

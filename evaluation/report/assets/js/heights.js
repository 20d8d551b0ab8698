// Heights of a list's items and their sums, quick to change and to ask (a Fenwick tree).
class Heights {
  constructor(sizes) {
    this.sizes = Float64Array.from(sizes);
    this.count = this.sizes.length;
    this.tree = new Float64Array(this.count + 1);
    for (let place = 1; place <= this.count; place += 1) {
      this.tree[place] += this.sizes[place - 1];
      const parent = place + (place & -place);
      if (parent <= this.count) this.tree[parent] += this.tree[place];
    }
    this.top = 1;
    while (this.top * 2 <= this.count) this.top *= 2;
  }

  /** Change one height; returns by how much. */
  set(place, size) {
    const change = size - this.sizes[place];
    if (!change) return 0;
    this.sizes[place] = size;
    for (let at = place + 1; at <= this.count; at += at & -at) this.tree[at] += change;
    return change;
  }

  /** Sum of the heights before a place: where it begins. */
  before(place) {
    let sum = 0;
    for (let at = place; at > 0; at -= at & -at) sum += this.tree[at];
    return sum;
  }

  get total() {
    return this.before(this.count);
  }

  /** The item at a distance from the beginning; the first or last where there is none. */
  at(distance) {
    let place = 0;
    let left = distance;
    for (let step = this.top; step; step >>= 1) {
      if (place + step <= this.count && this.tree[place + step] <= left) {
        place += step;
        left -= this.tree[place];
      }
    }
    return Math.max(0, Math.min(place, this.count - 1));
  }
}

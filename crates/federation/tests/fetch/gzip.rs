//! A gzip bomb, made by hand: zeros, 258 at a time.

/// A gzip stream of about `bytes` zeros, a 150th of that long.
pub(crate) fn bomb(bytes: usize) -> Vec<u8> {
    // RFC 1952 header, then RFC 1951: last block, fixed Huffman codes.
    let mut bits = Bits { bytes: vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255], filled: 8 };
    bits.low_first(0b1, 1);
    bits.low_first(0b01, 2);
    bits.high_first(0b0011_0000, 8);
    for _ in 0..bytes / 258 {
        bits.high_first(0b1100_0101, 8);
        bits.high_first(0, 5);
    }
    bits.high_first(0, 7);
    bits.bytes
}

struct Bits {
    bytes: Vec<u8>,
    filled: u32,
}

impl Bits {
    fn push(&mut self, bit: u32) {
        if self.filled == 8 {
            self.bytes.push(0);
            self.filled = 0;
        }
        let last = self.bytes.last_mut().unwrap();
        *last |= u8::try_from(bit).unwrap() << self.filled;
        self.filled += 1;
    }

    fn low_first(&mut self, value: u32, count: u32) {
        (0..count).for_each(|at| self.push(value >> at & 1));
    }

    fn high_first(&mut self, value: u32, count: u32) {
        (0..count).rev().for_each(|at| self.push(value >> at & 1));
    }
}

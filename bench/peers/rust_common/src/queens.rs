pub const WORKERS: usize = 20;
const SHALLOW_ROWS: usize = 4;
pub(crate) const LARGEST: usize = 16;

/// A board with a queen in each of the first rows.
#[derive(Clone, Copy, Debug)]
pub struct Board {
    size: usize,
    rows: usize,
    columns: [u8; LARGEST],
}

impl Board {
    pub fn new(size: usize) -> Self {
        Self { size, rows: 0, columns: [0; LARGEST] }
    }

    /// Whether its next rows are pieces of work of their own.
    pub fn is_shallow(&self) -> bool {
        self.rows < SHALLOW_ROWS.min(self.size)
    }

    /// The boards with one more row set.
    pub fn next_rows(&self) -> impl Iterator<Item = Board> + use<> {
        let board = *self;
        (0..board.size as u8).filter(move |&column| board.is_free(column)).map(move |column| {
            let mut next = board;
            next.columns[next.rows] = column;
            next.rows += 1;
            next
        })
    }

    /// Calls `found` for each solution that begins with these rows.
    pub fn search(&self, found: &mut impl FnMut()) {
        if self.rows == self.size {
            found();
        } else {
            self.next_rows().for_each(|next| next.search(found));
        }
    }

    fn is_free(&self, column: u8) -> bool {
        self.columns[..self.rows].iter().enumerate().all(|(row, &set)| {
            let distance = (self.rows - row) as u8;
            set != column && set + distance != column && column + distance != set
        })
    }
}

pub(crate) fn expected(size: usize) -> u64 {
    let mut solutions = 0;
    Board::new(size).search(&mut || solutions += 1);
    solutions
}

package main

import "fmt"

// A specification says what comes out of a workload, from the size alone: what results are held
// against.
type specification struct {
	units    func(size uint64) uint64
	checksum func(size uint64) string
	warmUp   func(size uint64) uint64 // 0: none
	accepts  func(size uint64) bool
	sizes    string // what `accepts` accepts
}

func specificationOf(name string) specification {
	s := specification{
		units:    times(1),
		checksum: text(times(1)),
		warmUp:   func(size uint64) uint64 { return max(size/10, 1) },
		accepts:  func(uint64) bool { return true },
	}
	switch name {
	case "thread-ring":
		s.checksum = text(func(size uint64) uint64 { return size % ringActors })
	case "chameneos":
		s.checksum = text(times(2))
	case "big":
		s.units = times(2 * bigActors)
		s.checksum = text(times(bigActors))
	case "bounded-buffer":
		s.units = times(producerCount)
		s.checksum = text(s.units)
	case "philosophers":
		s.units = times(philosopherCount)
		s.checksum = text(s.units)
	case "logistic-map":
		s.units = times(seriesCount)
		s.checksum = sumOfTerms
	case "banking":
		s.checksum = text(balancesWithoutActors)
	case "radix-sort":
		s.units = times(sortedBits + 1)
		s.checksum = text(sumOfDraws)
	case "chat":
		s.checksum = text(countWithoutActors)
	case "fibonacci":
		s.units = func(size uint64) uint64 { return 2*fibonacciNumber(size) - 1 }
		s.checksum = text(fibonacciNumber)
		s.warmUp = func(size uint64) uint64 { return max(size, 6) - 5 }
		s.accepts = func(size uint64) bool { return size <= 40 }
		s.sizes = "1 to 40"
	case "skynet":
		s.units = func(size uint64) uint64 { return (10*size - 1) / 9 }
		s.checksum = text(func(size uint64) uint64 { return size * (size - 1) / 2 })
		s.accepts = isPowerOfTen
		s.sizes = "powers of 10"
	case "idle":
		s.warmUp = times(0)
	case "apsp":
		s.units = func(size uint64) uint64 { return size / blockSide * (size / blockSide) * size }
		s.checksum = text(distancesWithoutActors)
		s.warmUp = func(uint64) uint64 { return 2 * blockSide }
		s.accepts = func(size uint64) bool { return size%blockSide == 0 }
		s.sizes = fmt.Sprintf("multiples of %d", blockSide)
	case "nqueens":
		s.units = solutionsWithoutActors
		s.checksum = text(solutionsWithoutActors)
		s.warmUp = func(size uint64) uint64 { return max(size-2, splitRows) }
		s.accepts = func(size uint64) bool { return size >= splitRows && size <= largestBoard }
		s.sizes = fmt.Sprintf("%d to %d", splitRows, largestBoard)
	case "call", "call-timeout", "wake-thread", "wake-pause":
		s.checksum = text(func(size uint64) uint64 { return size * (size + 1) / 2 })
	}
	return s
}

func times(factor uint64) func(uint64) uint64 {
	return func(size uint64) uint64 { return factor * size }
}

func text(number func(uint64) uint64) func(uint64) string {
	return func(size uint64) string { return fmt.Sprint(number(size)) }
}

func isPowerOfTen(n uint64) bool {
	for n%10 == 0 {
		n /= 10
	}
	return n == 1
}

func fibonacciNumber(n uint64) uint64 {
	number, before := uint64(1), uint64(0)
	for i := uint64(1); i < n; i++ {
		number, before = number+before, number
	}
	return number
}

func sumOfDraws(count uint64) uint64 {
	draws := draws(radixSeed)
	sum := uint64(0)
	for range count {
		sum += uint64(draws.next())
	}
	return sum
}

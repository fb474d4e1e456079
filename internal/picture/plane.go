package picture

import "math"

// plane is one channel of a picture, eight bits a sample.
type plane struct {
	pix           []uint8
	stride        int
	width, height int
}

// Weights are whole numbers, so that every machine makes the same bytes.
const (
	weightBits = 14
	weightOne  = 1 << weightBits
)

// scale is the plane in another size, by Catmull-Rom interpolation, widened when
// shrinking so that every sample counts. The extents are the sizes in samples
// that the picture really covers, which are fractions where a subsampled plane
// sticks out over an odd edge. Rows are shrunk when the column pass reaches them,
// so that only a few of them are held.
func (p plane) scale(srcWidth, srcHeight float64, width, height int, dstWidth, dstHeight float64) plane {
	if width == p.width && height == p.height && srcWidth == dstWidth && srcHeight == dstHeight {
		return p
	}
	out := plane{pix: make([]uint8, width*height), stride: width, width: width, height: height}
	columns := kernels(p.width, srcWidth/dstWidth, width)
	rows := kernels(p.height, srcHeight/dstHeight, height)

	held := 0
	for _, k := range rows {
		held = max(held, len(k.weights))
	}
	ring := make([][]int32, held)
	for i := range ring {
		ring[i] = make([]int32, width)
	}
	done := 0 // rows shrunk so far
	sums := make([]int64, width)
	for y, k := range rows {
		for last := k.first + len(k.weights); done < last; done++ {
			if done >= k.first {
				shrinkRow(ring[done%held], p.pix[done*p.stride:done*p.stride+p.width], columns)
			}
		}
		clear(sums)
		for i, weight := range k.weights {
			row := ring[(k.first+i)%held]
			for x, v := range row {
				sums[x] += int64(v) * int64(weight)
			}
		}
		line := out.pix[y*width : (y+1)*width]
		for x, v := range sums {
			line[x] = clamp(v)
		}
	}
	return out
}

// shrinkRow takes one row to another width; the results keep eight bits of fraction.
func shrinkRow(to []int32, from []uint8, columns []kernel) {
	for x := range to {
		k := &columns[x]
		samples := from[k.first : k.first+len(k.weights)]
		sum := int32(0)
		for i, weight := range k.weights {
			sum += int32(samples[i]) * weight
		}
		to[x] = (sum + 1<<(weightBits-9)) >> (weightBits - 8)
	}
}

// clamp rounds a sum with weightBits+8 bits of fraction to a sample.
func clamp(v int64) uint8 {
	v = (v + 1<<(weightBits+7)) >> (weightBits + 8)
	return uint8(min(255, max(0, v)))
}

// kernel is the samples that make one new sample, and how much each of them counts.
type kernel struct {
	first   int
	weights []int32 // their sum is weightOne
}

// kernels are those of a whole row of n new samples, each ratio old ones wide.
func kernels(size int, ratio float64, n int) []kernel {
	wide := max(1, ratio)
	out := make([]kernel, n)
	for i := range out {
		centre := (float64(i)+0.5)*ratio - 0.5
		from := min(size-1, max(0, int(math.Ceil(centre-2*wide))))
		upTo := max(from, min(size-1, int(math.Floor(centre+2*wide))))
		shares := make([]float64, upTo-from+1)
		sum := 0.0
		for j := range shares {
			shares[j] = catmullRom((float64(from+j) - centre) / wide)
			sum += shares[j]
		}
		if sum == 0 {
			shares[0], sum = 1, 1
		}
		k := kernel{first: from, weights: make([]int32, len(shares))}
		rest, heaviest := int32(weightOne), 0
		for j, s := range shares {
			k.weights[j] = int32(math.Round(s / sum * weightOne))
			rest -= k.weights[j]
			if k.weights[j] > k.weights[heaviest] {
				heaviest = j
			}
		}
		k.weights[heaviest] += rest
		out[i] = k
	}
	return out
}

// catmullRom is the cubic with B = 0, C = 1/2 (Mitchell and Netravali, 1988). The
// conversions keep compilers from fusing operations, which rounds differently.
func catmullRom(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x < 1:
		return float64(float64(float64(1.5*x)-2.5)*float64(x*x)) + 1
	case x < 2:
		return float64(float64(float64(float64(float64(-0.5*x)+2.5)*x)-4)*x) + 2
	}
	return 0
}

// turn is the plane as an EXIF orientation says it is shown.
func (p plane) turn(orientation int) plane {
	if orientation < 2 || orientation > 8 {
		return p
	}
	out := plane{width: p.width, height: p.height}
	if orientation >= 5 {
		out.width, out.height = p.height, p.width
	}
	out.stride = out.width
	out.pix = make([]uint8, out.width*out.height)
	for y := range out.height {
		for x := range out.width {
			sx, sy := x, y
			switch orientation {
			case 2: // mirrored
				sx = p.width - 1 - x
			case 3: // upside down
				sx, sy = p.width-1-x, p.height-1-y
			case 4: // mirrored upside down
				sy = p.height - 1 - y
			case 5: // mirrored along the main diagonal
				sx, sy = y, x
			case 6: // to be turned a quarter clockwise
				sx, sy = y, p.height-1-x
			case 7: // mirrored along the other diagonal
				sx, sy = p.width-1-y, p.height-1-x
			case 8: // to be turned a quarter anticlockwise
				sx, sy = p.width-1-y, x
			}
			out.pix[y*out.stride+x] = p.pix[sy*p.stride+sx]
		}
	}
	return out
}

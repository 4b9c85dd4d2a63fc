package io.freshet.model.encoder;

import java.lang.foreign.MemorySegment;

/**
 * The flat blocks that a backward pass reads and writes, all with the same {@link ParameterLayout}.
 *
 * @param weights the parameters
 * @param transposed the transposed weights, as {@link EncoderShape#transposeWeights} writes them
 * @param gradients the parameters' gradients, which the pass adds to
 */
public record ParameterBlocks(MemorySegment weights, MemorySegment transposed, MemorySegment gradients) {}

package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntToDoubleFunction;
import jdk.incubator.vector.FloatVector;

/**
 * The diagonal recurrence of the linear recurrent unit (Orvieto et al., "Resurrecting Recurrent Neural Networks for Long
 * Sequences", ICML 2023), forward and backward. With n complex numbers in each of h, λ and u:
 *
 * <pre>
 * h_t = λ ⊙ h_(t−1) + γ ⊙ u_t,   λ = exp(−exp(ν) + i exp(θ)),   γ = exp(log γ)
 * </pre>
 *
 * <p>Rows of u and h hold n real parts and then n imaginary parts. Owns its memory. Not thread-safe.
 */
public final class LinearRecurrence implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Smallest initial |λ|. */
    private static final double LEAST_RADIUS = .8;

    private static final double LARGEST_RADIUS = .99;

    private final Parameters parameters;
    private final int n;
    private final long bytes; // of n floats
    private final FloatBlock memory;
    private final MemorySegment source; // (3, n): ν, θ and log γ, from which factors are computed
    private final MemorySegment factors; // (3, n): Re λ, Im λ, γ
    private final MemorySegment sums; // (3, n): gradients of factors
    private boolean isComputed;

    /** ν, θ and log γ, each (1, n). */
    public record Parameters(Parameter nu, Parameter theta, Parameter logGamma) {
        /**
         * Writes initial values. {@code uniform} gives a number in [0, 1) for each index: 0 to n - 1 for ν, n to 2 n - 1 for
         * θ.
         */
        public void initialize(IntToDoubleFunction uniform, MemorySegment weights) {
            int n = nu.columns();
            double least = LEAST_RADIUS * LEAST_RADIUS;
            for (int i = 0; i < n; i++) {
                double square = uniform.applyAsDouble(i) * (LARGEST_RADIUS * LARGEST_RADIUS - least) + least;
                double radius = StrictMath.sqrt(square);
                weights.setAtIndex(FLOAT, nu.start() + i, (float) StrictMath.log(-StrictMath.log(radius)));
                double angle = 2 * Math.PI * Math.max(uniform.applyAsDouble(n + i), 0x1p-24);
                weights.setAtIndex(FLOAT, theta.start() + i, (float) StrictMath.log(angle));
                weights.setAtIndex(FLOAT, logGamma.start() + i, (float) StrictMath.log(StrictMath.sqrt(1 - square)));
            }
        }
    }

    public LinearRecurrence(Parameters parameters) {
        this.parameters = parameters;
        this.n = parameters.nu().columns();
        this.bytes = (long) n * Float.BYTES;
        this.memory = FloatBlock.zeros(9L * n);
        this.source = memory.memory().asSlice(0, 3 * bytes);
        this.factors = memory.memory().asSlice(3 * bytes, 3 * bytes);
        this.sums = memory.memory().asSlice(6 * bytes, 3 * bytes);
    }

    /** Computes λ and γ if the parameters have changed. */
    public void read(MemorySegment weights) {
        boolean same = isComputed;
        same &= copyIfOther(weights, parameters.nu(), 0);
        same &= copyIfOther(weights, parameters.theta(), 1);
        same &= copyIfOther(weights, parameters.logGamma(), 2);
        if (same) {
            return;
        }
        for (int i = 0; i < n; i++) {
            double radius = StrictMath.exp(-StrictMath.exp(source.getAtIndex(FLOAT, i)));
            double angle = StrictMath.exp(source.getAtIndex(FLOAT, n + i));
            factors.setAtIndex(FLOAT, i, (float) (radius * StrictMath.cos(angle)));
            factors.setAtIndex(FLOAT, n + i, (float) (radius * StrictMath.sin(angle)));
            factors.setAtIndex(FLOAT, 2L * n + i, (float) StrictMath.exp(source.getAtIndex(FLOAT, 2L * n + i)));
        }
        isComputed = true;
    }

    /** Copies the parameter if it has changed. Returns whether it is the same as at the last call. */
    private boolean copyIfOther(MemorySegment weights, Parameter p, int place) {
        long at = (long) p.start() * Float.BYTES;
        MemorySegment kept = source.asSlice(place * bytes, bytes);
        MemorySegment now = weights.asSlice(at, bytes);
        if (kept.mismatch(now) < 0) {
            return true;
        }
        kept.copyFrom(now);
        return false;
    }

    /**
     * Runs the forward pass over one sequence.
     *
     * @param u (tokens, 2 n)
     * @param h receives the states (tokens, 2 n)
     * @param start the sequence's first row
     */
    public void forward(Matrix u, Matrix h, int start, int length) {
        for (long c = 0; c < bytes; c += Lanes.BYTES) {
            forwardLanes(u, h, start, length, c);
        }
    }

    private void forwardLanes(Matrix u, Matrix h, int start, int length, long c) {
        FloatVector real = Lanes.load(factors, c);
        FloatVector imaginary = Lanes.load(factors, bytes + c);
        FloatVector gamma = Lanes.load(factors, 2 * bytes + c);
        FloatVector re = FloatVector.zero(Lanes.FLOATS);
        FloatVector im = FloatVector.zero(Lanes.FLOATS);
        for (int t = start; t < start + length; t++) {
            FloatVector inputRe = gamma.mul(Lanes.load(u.memory(), u.at(t) + c));
            FloatVector inputIm = gamma.mul(Lanes.load(u.memory(), u.at(t) + bytes + c));
            FloatVector nextRe = real.fma(re, imaginary.neg().fma(im, inputRe));
            im = real.fma(im, imaginary.fma(re, inputIm));
            re = nextRe;
            Lanes.store(re, h.memory(), h.at(t) + c);
            Lanes.store(im, h.memory(), h.at(t) + bytes + c);
        }
    }

    /** Sets the gradients of λ and γ to zero. */
    public void beginBackward() {
        sums.fill((byte) 0);
    }

    /**
     * Runs the backward pass over one sequence.
     *
     * @param u (tokens, 2 n)
     * @param h the states (tokens, 2 n)
     * @param dh their gradients (tokens, 2 n), replaced by those of u
     */
    public void backward(Matrix u, Matrix h, Matrix dh, int start, int length) {
        for (long c = 0; c < bytes; c += Lanes.BYTES) {
            backwardLanes(u, h, dh, start, length, c);
        }
    }

    private void backwardLanes(Matrix u, Matrix h, Matrix dh, int start, int length, long c) {
        FloatVector real = Lanes.load(factors, c);
        FloatVector imaginary = Lanes.load(factors, bytes + c);
        FloatVector gamma = Lanes.load(factors, 2 * bytes + c);
        FloatVector dReal = Lanes.load(sums, c);
        FloatVector dImaginary = Lanes.load(sums, bytes + c);
        FloatVector dGamma = Lanes.load(sums, 2 * bytes + c);
        FloatVector laterRe = FloatVector.zero(Lanes.FLOATS);
        FloatVector laterIm = FloatVector.zero(Lanes.FLOATS);
        for (int t = start + length - 1; t >= start; t--) {
            FloatVector re = laterRe.add(Lanes.load(dh.memory(), dh.at(t) + c));
            FloatVector im = laterIm.add(Lanes.load(dh.memory(), dh.at(t) + bytes + c));
            dGamma = re.fma(Lanes.load(u.memory(), u.at(t) + c), dGamma);
            dGamma = im.fma(Lanes.load(u.memory(), u.at(t) + bytes + c), dGamma);
            if (t > start) {
                FloatVector beforeRe = Lanes.load(h.memory(), h.at(t - 1) + c);
                FloatVector beforeIm = Lanes.load(h.memory(), h.at(t - 1) + bytes + c);
                dReal = re.fma(beforeRe, im.fma(beforeIm, dReal));
                dImaginary = im.fma(beforeRe, re.neg().fma(beforeIm, dImaginary));
            }
            laterRe = real.fma(re, imaginary.mul(im));
            laterIm = real.fma(im, imaginary.neg().mul(re));
            Lanes.store(gamma.mul(re), dh.memory(), dh.at(t) + c);
            Lanes.store(gamma.mul(im), dh.memory(), dh.at(t) + bytes + c);
        }
        Lanes.store(dReal, sums, c);
        Lanes.store(dImaginary, sums, bytes + c);
        Lanes.store(dGamma, sums, 2 * bytes + c);
    }

    /** Adds the gradients of ν, θ and log γ, summed over the sequences since {@link #beginBackward}. */
    public void endBackward(MemorySegment gradients) {
        for (int i = 0; i < n; i++) {
            double real = factors.getAtIndex(FLOAT, i);
            double imaginary = factors.getAtIndex(FLOAT, n + i);
            double dReal = sums.getAtIndex(FLOAT, i);
            double dImaginary = sums.getAtIndex(FLOAT, n + i);
            double nu = StrictMath.exp(source.getAtIndex(FLOAT, i));
            double angle = StrictMath.exp(source.getAtIndex(FLOAT, n + i));
            add(gradients, parameters.nu(), i, -nu * (dReal * real + dImaginary * imaginary));
            add(gradients, parameters.theta(), i, angle * (dImaginary * real - dReal * imaginary));
            double gamma = factors.getAtIndex(FLOAT, 2L * n + i);
            add(gradients, parameters.logGamma(), i, gamma * sums.getAtIndex(FLOAT, 2L * n + i));
        }
    }

    private static void add(MemorySegment gradients, Parameter p, int i, double gradient) {
        long index = p.start() + (long) i;
        gradients.setAtIndex(FLOAT, index, (float) (gradients.getAtIndex(FLOAT, index) + gradient));
    }

    @Override
    public void close() {
        memory.close();
    }
}

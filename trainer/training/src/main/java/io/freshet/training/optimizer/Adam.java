package io.freshet.training.optimizer;

import io.freshet.model.tensor.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1) with L2 weight decay added to the gradient, for one step:
 *
 * <pre>
 * g = gradient + decay · w
 * m = β₁ m + (1 - β₁) g,   v = β₂ v + (1 - β₂) g²
 * w = w - rate / (1 - β₁ᵗ) · m / (√(v / (1 - β₂ᵗ)) + ε)
 * </pre>
 *
 * <p>Updates of table rows are lazy: rows that a step does not touch keep their weights and moments, and the bias
 * correction of a touched row is that of the global step.
 *
 * <p>Immutable; create an instance for each step.
 */
public final class Adam {
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;

    /** Learning rate, decay rates of the moments, the term that keeps the divisor from being zero, and L2 weight decay. */
    public record Settings(float learningRate, float beta1, float beta2, float epsilon, float weightDecay) {
        /** Returns the settings with the learning rate multiplied by {@code share}. */
        public Settings times(float share) {
            return new Settings(learningRate * share, beta1, beta2, epsilon, weightDecay);
        }
    }

    private final Settings settings;
    private final float stepSize; // rate / (1 - β₁ᵗ)
    private final float correction; // 1 / √(1 - β₂ᵗ)

    /** @param step number t of the step, from 1 */
    public Adam(Settings settings, long step) {
        this.settings = settings;
        this.stepSize = (float) (settings.learningRate / (1 - StrictMath.pow(settings.beta1, (double) step)));
        this.correction = (float) (1 / Math.sqrt(1 - StrictMath.pow(settings.beta2, (double) step)));
    }

    /**
     * Updates {@code count} floats, a multiple of {@link Lanes#COUNT}, of the weights and both moments, each from byte
     * {@code at}, by the gradient from byte {@code gradientAt}.
     */
    public void update(
            MemorySegment weights,
            MemorySegment first,
            MemorySegment second,
            long at,
            MemorySegment gradient,
            long gradientAt,
            long count) {
        FloatVector decay = FloatVector.broadcast(Lanes.FLOATS, settings.weightDecay);
        FloatVector beta1 = FloatVector.broadcast(Lanes.FLOATS, settings.beta1);
        FloatVector beta2 = FloatVector.broadcast(Lanes.FLOATS, settings.beta2);
        for (long i = 0; i < count * Float.BYTES; i += VECTOR) {
            FloatVector w = Lanes.load(weights, at + i);
            FloatVector g = w.fma(decay, Lanes.load(gradient, gradientAt + i));
            FloatVector m = Lanes.load(first, at + i).fma(beta1, g.mul(1f - settings.beta1));
            FloatVector v = Lanes.load(second, at + i).fma(beta2, g.mul(g).mul(1f - settings.beta2));
            Lanes.store(m, first, at + i);
            Lanes.store(v, second, at + i);
            FloatVector divisor = v.sqrt().mul(correction).add(settings.epsilon);
            Lanes.store(w.sub(m.mul(stepSize).div(divisor)), weights, at + i);
        }
    }
}

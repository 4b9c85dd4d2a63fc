package io.freshet.lab.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An axis of a plot, which maps values from 0 on to pixels.
 *
 * @param label the quantity that the axis shows
 * @param step distance between two ticks: 1, 2 or 5 times a power of ten
 * @param end the value at the end of the axis
 * @param fromPixel the pixel of 0
 * @param toPixel the pixel of {@code end}
 */
record Axis(String label, double step, double end, double fromPixel, double toPixel) {
    private static final int MOST_TICKS = 6;

    /** Returns an axis that ends at this value. */
    static Axis endingAt(double end, String label, double fromPixel, double toPixel) {
        double length = end > 0 ? end : 1;
        return new Axis(label, roundStep(length / MOST_TICKS), length, fromPixel, toPixel);
    }

    /** Returns the shortest axis that reaches this value and ends at a tick. */
    static Axis reaching(double value, String label, double fromPixel, double toPixel) {
        double step = endingAt(value, label, fromPixel, toPixel).step();
        return new Axis(label, step, step * Math.max(1, Math.ceil(value / step - 1e-9)), fromPixel, toPixel);
    }

    private static double roundStep(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= least * (1 - 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    double pixel(double value) {
        return fromPixel + (toPixel - fromPixel) * value / end;
    }

    /** Returns the values of the ticks. */
    List<Double> ticks() {
        List<Double> values = new ArrayList<>();
        for (int tick = 0; tick * step <= end * (1 + 1e-9); tick++) {
            values.add(tick * step);
        }
        return values;
    }

    /** Formats a value as in {@code 20,000} or {@code 0.05}, with as many decimals as the step has. */
    String text(double value) {
        int decimals = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}

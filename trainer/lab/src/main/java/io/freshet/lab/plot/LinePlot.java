package io.freshet.lab.plot;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A plot of lines over one x-axis, as SVG 1.1. Both axes start at 0, and each line has its name at its end. The
 * background is white, so that the plot is legible wherever it is shown.
 *
 * @param xLabel the quantity on the x-axis
 * @param yLabel the quantity on the y-axis
 * @param lines the lines; the first lines get the colours that are easiest to distinguish
 */
public record LinePlot(String title, String xLabel, String yLabel, List<Series> lines) {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 440;
    private static final int LEFT = 64;
    private static final int RIGHT = 690;
    private static final int TOP = 48;
    private static final int BOTTOM = 388;
    private static final int NAME_HEIGHT = 16;

    // Okabe and Ito's colours, which people with colour blindness can distinguish, too. A grey replaces their yellow,
    // which is too light for a line, and two darker colours are added.
    private static final List<String> COLOURS = List.of(
            "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999", "#882255",
            "#8C6D31");

    public LinePlot {
        lines = List.copyOf(lines);
    }

    /** Returns the whole document. */
    public String svg() {
        return stacked(List.of(this));
    }

    /** Returns a document with one plot below the other. */
    public static String stacked(List<LinePlot> plots) {
        int height = HEIGHT * plots.size();
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\">%n",
                WIDTH,
                height,
                WIDTH,
                height));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        for (int plot = 0; plot < plots.size(); plot++) {
            if (plot == 0) {
                plots.get(plot).draw(svg);
            } else {
                svg.append(String.format(Locale.ROOT, "<g transform=\"translate(0 %d)\">%n", HEIGHT * plot));
                plots.get(plot).draw(svg);
                svg.append("</g>\n");
            }
        }
        return svg.append("</svg>\n").toString();
    }

    private void draw(StringBuilder svg) {
        Axis x = Axis.endingAt(highest(Series::lastX), xLabel, LEFT, RIGHT);
        Axis y = Axis.reaching(highest(Series::highest), yLabel, BOTTOM, TOP);
        svg.append(text(LEFT, TOP - 22, "start", "font-size=\"15\" fill=\"#222222\"", title));
        drawX(svg, x);
        drawY(svg, y);
        for (int i = lines.size() - 1; i >= 0; i--) {
            svg.append(line(lines.get(i), colour(i), x, y));
        }
        drawNames(svg, y);
    }

    private double highest(ToDoubleFunction<Series> value) {
        return lines.stream().mapToDouble(value).max().orElse(0);
    }

    private static String colour(int line) {
        return COLOURS.get(line % COLOURS.size());
    }

    private void drawX(StringBuilder svg, Axis x) {
        for (double value : x.ticks()) {
            svg.append(text(x.pixel(value), BOTTOM + 18, "middle", "fill=\"#555555\"", x.text(value)));
        }
        svg.append(text((LEFT + RIGHT) / 2.0, BOTTOM + 40, "middle", "fill=\"#222222\"", x.label()));
    }

    private void drawY(StringBuilder svg, Axis y) {
        for (double value : y.ticks()) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"%s\"/>%n",
                    LEFT,
                    y.pixel(value),
                    RIGHT,
                    y.pixel(value),
                    value == 0 ? "#555555" : "#e2e2e2"));
            svg.append(text(LEFT - 8, y.pixel(value) + 4, "end", "fill=\"#555555\"", y.text(value)));
        }
        String turned =
                String.format(Locale.ROOT, "fill=\"#222222\" transform=\"rotate(-90 16 %.1f)\"", (TOP + BOTTOM) / 2.0);
        svg.append(text(16, (TOP + BOTTOM) / 2.0, "middle", turned, y.label()));
    }

    private static String line(Series series, String colour, Axis x, Axis y) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < series.x().length; i++) {
            points.append(String.format(
                    Locale.ROOT, "%s%.1f,%.1f", i == 0 ? "" : " ", x.pixel(series.x()[i]), y.pixel(series.y()[i])));
        }
        return String.format(
                Locale.ROOT,
                "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" stroke-linejoin=\"round\" points=\"%s\"/>%n",
                colour,
                series.emphasis() ? "2.6" : "1.5",
                points);
    }

    /** Draws each line's name beside its end, and moves names that would overlap apart. */
    private void drawNames(StringBuilder svg, Axis y) {
        List<Integer> fromTop = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            fromTop.add(i);
        }
        fromTop.sort(Comparator.comparingDouble(i -> -lines.get(i).lastY()));
        double[] at = places(fromTop, y);
        for (int i = 0; i < at.length; i++) {
            Series series = lines.get(fromTop.get(i));
            String style =
                    "fill=\"" + colour(fromTop.get(i)) + "\"" + (series.emphasis() ? " font-weight=\"bold\"" : "");
            svg.append(text(RIGHT + 8, at[i] + 4, "start", style, series.name()));
        }
    }

    /**
     * Returns the heights of the names in this order: each at its line's end, or below the previous name if they would
     * overlap.
     */
    private double[] places(List<Integer> fromTop, Axis y) {
        double[] at = new double[fromTop.size()];
        for (int i = 0; i < at.length; i++) {
            double end = y.pixel(lines.get(fromTop.get(i)).lastY());
            at[i] = i == 0 ? end : Math.max(end, at[i - 1] + NAME_HEIGHT);
        }
        double most = BOTTOM;
        for (int i = at.length - 1; i >= 0; i--) {
            at[i] = Math.min(at[i], most);
            most = at[i] - NAME_HEIGHT;
        }
        return at;
    }

    private static String text(double x, double y, String anchor, String attributes, String words) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>%n",
                x,
                y,
                anchor,
                attributes,
                escaped(words));
    }

    private static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}

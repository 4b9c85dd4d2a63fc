package io.freshet.lab.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class LinePlotTest {
    private static final Series RISING =
            new Series("rising", new double[] {0, 500, 1_000}, new double[] {0, .2, .43}, true);
    private static final Series FLAT =
            new Series("flat <&>", new double[] {500, 1_000}, new double[] {.42, .42}, false);

    @Test
    void shouldNameEverythingThatIsToBeRead() throws Exception {
        Document svg = parse(new LinePlot("Title & more", "clicks", "NDCG@10", List.of(RISING, FLAT)));

        assertThat(texts(svg))
                .contains("Title & more", "clicks", "NDCG@10", "rising", "flat <&>", "0.0", "0.5", "0", "200", "1,000");
    }

    @Test
    void shouldDrawEachLineWithinTheAxes() throws Exception {
        Document svg = parse(new LinePlot("t", "x", "y", List.of(RISING, FLAT)));

        NodeList lines = svg.getElementsByTagName("polyline");
        assertThat(lines.getLength()).isEqualTo(2);
        assertThat(points(lines, 0)).as("the first line lies on top").hasSize(2);
        assertThat(points(lines, 1)).hasSize(3).startsWith(new double[] {64, 388});
        for (double[] point : points(lines, 1)) {
            assertThat(point[0]).isBetween(64.0, 690.0);
            assertThat(point[1]).isBetween(48.0, 388.0);
        }
        assertThat(points(lines, 1).getLast()[0])
                .as("the axis ends where the line does")
                .isEqualTo(690);
    }

    @Test
    void shouldMoveNamesApartWhenLinesEndTogether() throws Exception {
        List<Series> together = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            together.add(new Series("line " + i, new double[] {1}, new double[] {.01 * i % .02}, false));
        }
        Document svg = parse(new LinePlot("t", "x", "y", together));

        double[] heights = elements(svg, "text").stream()
                .filter(text -> text.getTextContent().startsWith("line "))
                .mapToDouble(text -> Double.parseDouble(text.getAttribute("y")))
                .sorted()
                .toArray();
        assertThat(heights).hasSize(7);
        for (int i = 1; i < heights.length; i++) {
            assertThat(heights[i] - heights[i - 1]).isGreaterThanOrEqualTo(15.9);
        }
        assertThat(heights[6]).isLessThan(400);
    }

    @Test
    void shouldDrawAxesWhenThereIsNoLine() throws Exception {
        assertThat(texts(parse(new LinePlot("t", "x", "y", List.of())))).contains("t", "0.0", "1.0");
    }

    @Test
    void shouldDrawOnePlotBelowTheOther() throws Exception {
        LinePlot above = new LinePlot("above", "x", "y", List.of(RISING));
        LinePlot below = new LinePlot("below", "x", "y", List.of(FLAT));
        Document svg = parse(LinePlot.stacked(List.of(above, below)));

        assertThat(texts(svg)).contains("above", "below");
        assertThat(svg.getDocumentElement().getAttribute("height")).isEqualTo("880");
        Element moved = elements(svg, "g").getFirst();
        assertThat(moved.getAttribute("transform")).isEqualTo("translate(0 440)");
        assertThat(moved.getElementsByTagName("polyline").getLength()).isEqualTo(1);
    }

    @Test
    void shouldChooseRoundTicks() {
        assertThat(Axis.endingAt(70_277, "", 0, 1).ticks()).containsExactly(0.0, 20_000.0, 40_000.0, 60_000.0);
        assertThat(Axis.reaching(.43, "", 0, 1).end()).isEqualTo(.5);
        assertThat(Axis.reaching(.43, "", 0, 1).text(.2)).isEqualTo("0.2");
        assertThat(Axis.reaching(.061, "", 0, 1).text(.06)).isEqualTo("0.06");
        assertThat(Axis.reaching(12, "", 0, 1).text(2_000)).isEqualTo("2,000");
    }

    @Test
    void shouldRefuseALineWithoutPoints() {
        assertThatThrownBy(() -> new Series("none", new double[0], new double[0], false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none");
    }

    private static Document parse(LinePlot plot) throws Exception {
        return parse(plot.svg());
    }

    private static Document parse(String svg) throws Exception {
        byte[] text = svg.getBytes(StandardCharsets.UTF_8);
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(text));
    }

    private static List<String> texts(Document svg) {
        return elements(svg, "text").stream().map(Element::getTextContent).toList();
    }

    private static List<Element> elements(Document svg, String name) {
        NodeList nodes = svg.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static List<double[]> points(NodeList lines, int number) {
        String points = ((Element) lines.item(number)).getAttribute("points");
        return Arrays.stream(points.split(" ", -1))
                .map(point -> Arrays.stream(point.split(",", -1))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toList();
    }
}

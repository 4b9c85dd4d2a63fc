package io.freshet.service.telemetry;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * References of a PromQL expression: its selectors, each with the labels that must exist. Reads tokens and parentheses, and
 * only as much of the grammar as is needed to tell metrics from functions, and to find the metrics that the labels of a
 * {@code by} or an {@code on} belong to.
 */
final class PromQl {
    private static final Pattern TOKEN = Pattern.compile(
            "\\s+|(\"(?:[^\"\\\\]|\\\\.)*\")|([a-zA-Z_:][\\w:]*)|(\\d[\\w.]*)|([=!<>]=|[=!]~|[-+*/%^=<>(){}\\[\\],@:])");
    private static final Pattern GRAFANA_DURATION = Pattern.compile("\\$__(rate_interval|interval|range)\\b");
    private static final Set<String> WORDS =
            Set.of("and", "or", "unless", "bool", "offset", "inf", "nan", "start", "end", "atan2");
    private static final Set<String> GROUPING = Set.of("by", "without");
    private static final Set<String> MATCHING = Set.of("on", "ignoring", "group_left", "group_right");

    private final String expression;
    private final List<String> tokens = new ArrayList<>();
    private final List<Selector> selectors = new ArrayList<>();
    private final List<String> joined = new ArrayList<>(); // labels of joins
    private int at;

    /** A matcher, or a label of a grouping or join, for which operator and value are empty. */
    record Label(String name, String operator, String value) {}

    /** A metric and the labels that it must have. */
    record Selector(String metric, List<Label> labels) {}

    private PromQl(String expression) {
        this.expression = expression;
    }

    /** @throws AssertionError if the text cannot be parsed */
    static List<Selector> selectorsOf(String expression) {
        PromQl reading = new PromQl(expression);
        reading.split(GRAFANA_DURATION.matcher(expression).replaceAll("5m"));
        reading.read();
        return reading.selectors;
    }

    private void split(String text) {
        Matcher token = TOKEN.matcher(text);
        int end = 0;
        while (token.find() && token.start() == end) {
            end = token.end();
            if (!token.group().isBlank()) {
                tokens.add(token.group());
            }
        }
        if (end != text.length()) {
            throw new AssertionError("not PromQL from character " + end + " on: " + expression);
        }
    }

    /** An open parenthesis: the index of the first selector in it, and the labels by which its content is grouped. */
    private record Group(int firstSelector, List<String> by) {}

    private void read() {
        Deque<Group> open = new ArrayDeque<>();
        List<String> by = List.of();
        while (at < tokens.size()) {
            String token = tokens.get(at++);
            switch (token) {
                case "(" -> {
                    open.push(new Group(selectors.size(), by));
                    by = List.of();
                }
                case ")" -> close(open);
                case "[" -> skipTo("]");
                default -> {
                    if (GROUPING.contains(token)) {
                        by = labels();
                    } else if (MATCHING.contains(token)) {
                        join(labels());
                    } else if (isName(token) && !WORDS.contains(token) && !isCall()) {
                        selectors.add(selector(token));
                    }
                }
            }
        }
        if (!open.isEmpty()) {
            throw new AssertionError("a parenthesis is not closed: " + expression);
        }
        joined.forEach(label -> addTo(selectors, label));
    }

    /** Records the labels of a join, which both of its sides must have. */
    private void join(List<String> labels) {
        joined.addAll(labels);
    }

    private void close(Deque<Group> open) {
        if (open.isEmpty()) {
            throw new AssertionError("a parenthesis was not opened: " + expression);
        }
        Group group = open.pop();
        List<String> by = new ArrayList<>(group.by());
        if (at < tokens.size() && GROUPING.contains(tokens.get(at))) {
            at++;
            by.addAll(labels());
        }
        by.forEach(label -> addTo(selectors.subList(group.firstSelector(), selectors.size()), label));
    }

    private static void addTo(List<Selector> selectors, String label) {
        selectors.forEach(selector -> selector.labels().add(new Label(label, "", "")));
    }

    private static boolean isName(String token) {
        char first = token.charAt(0);
        return Character.isLetter(first) || first == '_' || (first == ':' && token.length() > 1);
    }

    /** Returns whether the name just read is a function or an aggregation. */
    private boolean isCall() {
        return at < tokens.size() && (tokens.get(at).equals("(") || GROUPING.contains(tokens.get(at)));
    }

    private Selector selector(String metric) {
        List<Label> labels = new ArrayList<>();
        if (at < tokens.size() && tokens.get(at).equals("{")) {
            at++;
            while (!take().equals("}")) {
                if (tokens.get(at - 1).equals(",")) {
                    continue;
                }
                labels.add(new Label(tokens.get(at - 1), take(), unquoted(take())));
            }
        }
        return new Selector(metric, labels);
    }

    private List<String> labels() {
        List<String> labels = new ArrayList<>();
        if (at < tokens.size() && tokens.get(at).equals("(")) {
            at++;
            for (String token = take(); !token.equals(")"); token = take()) {
                if (!token.equals(",")) {
                    labels.add(token);
                }
            }
        }
        return labels;
    }

    private void skipTo(String end) {
        while (!take().equals(end)) {
            // the content of a range does not matter
        }
    }

    private String take() {
        if (at == tokens.size()) {
            throw new AssertionError("it ends too early: " + expression);
        }
        return tokens.get(at++);
    }

    private static String unquoted(String token) {
        return token.substring(1, token.length() - 1);
    }
}

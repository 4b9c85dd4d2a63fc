package io.freshet.app.clickfile;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.freshet.client.click.Click;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import picocli.CommandLine;

/** Clicks written in twenty dialects and eight time formats are read back unchanged. */
final class ClickFilesProperties {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final long FIRST_SECOND = 1_600_000_000;

    private static final List<LongFunction<String>> TIMES = List.of(
            Long::toString,
            second -> second + "000",
            second -> second + "000000",
            second -> second + "000000000",
            second -> String.format(Locale.ROOT, "%.9E", (double) second),
            second -> Instant.ofEpochSecond(second).toString(),
            second -> form("yyyy-MM-dd HH:mm:ss 'UTC'", second),
            second -> form("yyyyMMddHHmmss", second));

    private enum Quotes {
        ALWAYS,
        WHERE_NEEDED,
        NEVER
    }

    private enum Packing {
        NONE,
        GZIP,
        TWO_GZIPS,
        ZSTD
    }

    /** @param header empty for none; its fields name the columns */
    private record Dialect(
            String separator, Quotes quotes, String header, String lineEnd, Charset charset, Packing packing) {
        Dialect(String separator, Quotes quotes) {
            this(separator, quotes, "user_id item_id timestamp title", "\n", StandardCharsets.UTF_8, Packing.NONE);
        }

        Dialect with(String otherHeader) {
            return new Dialect(separator, quotes, otherHeader, lineEnd, charset, packing);
        }

        Dialect in(String lineEnds, Charset otherCharset, Packing otherPacking) {
            return new Dialect(separator, quotes, header, lineEnds, otherCharset, otherPacking);
        }
    }

    private static final String JSON = "{";
    private static final String ROW_NAMES = "row names";

    private static final List<Dialect> DIALECTS = List.of(
            new Dialect(",", Quotes.WHERE_NEEDED),
            new Dialect(",", Quotes.ALWAYS),
            new Dialect(";", Quotes.WHERE_NEEDED),
            new Dialect("|", Quotes.WHERE_NEEDED),
            new Dialect("\t", Quotes.NEVER),
            new Dialect("\t", Quotes.ALWAYS),
            new Dialect("::", Quotes.NEVER),
            new Dialect(" ", Quotes.ALWAYS),
            new Dialect("\t", Quotes.NEVER).with("user_id:token item_id:token timestamp:float title:token_seq"),
            new Dialect(",", Quotes.WHERE_NEEDED).with("UserID ItemID Time Title"),
            new Dialect(",", Quotes.WHERE_NEEDED).with(""),
            new Dialect("\t", Quotes.NEVER).with(""),
            new Dialect("::", Quotes.NEVER).with(""),
            new Dialect("\t", Quotes.ALWAYS).with(ROW_NAMES),
            new Dialect(",", Quotes.WHERE_NEEDED).in("\r\n", StandardCharsets.UTF_8, Packing.NONE),
            new Dialect(";", Quotes.WHERE_NEEDED).in("\r\n", StandardCharsets.UTF_16LE, Packing.NONE),
            new Dialect(",", Quotes.WHERE_NEEDED).in("\n", StandardCharsets.UTF_16BE, Packing.GZIP),
            new Dialect("\t", Quotes.ALWAYS).in("\n", StandardCharsets.UTF_8, Packing.TWO_GZIPS),
            new Dialect(",", Quotes.ALWAYS).in("\n", StandardCharsets.UTF_8, Packing.ZSTD),
            new Dialect(JSON, Quotes.ALWAYS));

    @Example
    void shouldReadTheSameClicksInEveryDialectAndForm() throws IOException {
        List<List<String>> rows = rows(new Random(1), 60, "ab0-_", "ab0,; ");
        for (Dialect dialect : DIALECTS) {
            for (LongFunction<String> time : TIMES) {
                assertThat(read(dialect, time, rows, new ArrayList<>()))
                        .as("%s, %s", dialect, time.apply(FIRST_SECOND))
                        .containsExactlyElementsOf(expected(rows));
            }
        }
    }

    @Property(tries = 200)
    void shouldReadTheSameClicksOrSayWhyNot(
            @ForAll @IntRange(max = 19) int dialectNumber,
            @ForAll @IntRange(max = 7) int timeNumber,
            @ForAll @IntRange(min = 1, max = 150) int count,
            @ForAll long seed)
            throws IOException {
        Dialect dialect = DIALECTS.get(dialectNumber);
        String ids = dialect.quotes() == Quotes.NEVER ? "ab,;|é'. 1/" : "ab,;|é'\". :\t1/";
        List<List<String>> rows = rows(new Random(seed), count, ids, ids + "\"");
        List<ClickFileSummary> summaries = new ArrayList<>();
        List<Click> clicks;
        try {
            clicks = read(dialect, TIMES.get(timeNumber), rows, summaries);
        } catch (ClickFileException e) {
            assertThat(e.getMessage()).contains("clicks");
            return;
        }
        ClickFileSummary summary = summaries.getFirst();
        if (summary.leftOutRows() == 0 && summary.multiLineRows() == 0) {
            assertThat(clicks).containsExactlyElementsOf(expected(rows));
        }
        assertThat(summary.rows()).isEqualTo(clicks.size() + summary.leftOutRows());
    }

    private static List<List<String>> rows(Random random, int count, String ids, String titles) {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(List.of(
                    "u" + text(random, ids),
                    "i" + text(random, ids),
                    String.valueOf(FIRST_SECOND + 60L * i + random.nextInt(60)),
                    text(random, titles)));
        }
        return rows;
    }

    private static String text(Random random, String alphabet) {
        StringBuilder text = new StringBuilder();
        int length = 1 + random.nextInt(6);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString().strip();
    }

    private static List<Click> expected(List<List<String>> rows) {
        return rows.stream()
                .filter(row -> row.get(0).indexOf('\t') < 0 && row.get(1).indexOf('\t') < 0)
                .map(row -> new Click(row.get(0), row.get(1), 1_000 * Long.parseLong(row.get(2)), null, null))
                .toList();
    }

    private static List<Click> read(
            Dialect dialect, LongFunction<String> time, List<List<String>> rows, List<ClickFileSummary> summaries)
            throws IOException {
        Path file = Files.createTempFile("clicks", ".txt");
        try {
            Files.write(file, bytes(dialect, text(dialect, time, rows)));
            String[] options =
                    dialect.header().isEmpty() ? new String[] {"--columns", "user,item,time,title"} : new String[0];
            ClickFileOptions parsed = CommandLine.populateCommand(new ClickFileOptions(), options);
            List<Click> clicks = new ArrayList<>();
            summaries.add(ClickFiles.open(List.of(file.toString()), parsed, InstantSource.fixed(NOW))
                    .readWhile(clicks::add));
            return clicks;
        } finally {
            Files.delete(file);
        }
    }

    private static String text(Dialect dialect, LongFunction<String> time, List<List<String>> rows) {
        StringBuilder text = new StringBuilder();
        boolean named = dialect.header().equals(ROW_NAMES);
        String header = named ? "user item time title" : dialect.header();
        if (!header.isEmpty() && !dialect.separator().equals(JSON)) {
            line(text, dialect, List.of(header.split(" ", -1)));
        }
        int number = 1;
        for (List<String> row : rows) {
            List<String> fields = new ArrayList<>(row);
            fields.set(2, time.apply(Long.parseLong(row.get(2))));
            if (named) {
                fields.addFirst(String.valueOf(number++));
            }
            if (dialect.separator().equals(JSON)) {
                json(text, fields);
            } else {
                line(text, dialect, fields);
            }
        }
        return text.toString();
    }

    private static void line(StringBuilder text, Dialect dialect, List<String> fields) {
        for (int i = 0; i < fields.size(); i++) {
            text.append(i == 0 ? "" : dialect.separator()).append(quoted(fields.get(i), dialect));
        }
        text.append(dialect.lineEnd());
    }

    private static String quoted(String field, Dialect dialect) {
        boolean needed = field.contains(dialect.separator()) || field.indexOf('"') >= 0;
        boolean quote = dialect.quotes() == Quotes.ALWAYS || (needed && dialect.quotes() == Quotes.WHERE_NEEDED);
        return quote ? '"' + field.replace("\"", "\"\"") + '"' : field;
    }

    private static void json(StringBuilder text, List<String> fields) {
        List<String> names = List.of("user_id", "item_id", "timestamp", "title");
        for (int i = 0; i < names.size(); i++) {
            String value =
                    fields.get(i).replace("\\", "\\\\").replace("\"", "\\\"").replace("\t", "\\t");
            text.append(i == 0 ? "{\"" : ",\"")
                    .append(names.get(i))
                    .append("\":\"")
                    .append(value)
                    .append('"');
        }
        text.append("}\n");
    }

    private static byte[] bytes(Dialect dialect, String text) throws IOException {
        String mark = dialect.charset().equals(StandardCharsets.UTF_8) ? "" : "\uFEFF";
        byte[] plain = (mark + text).getBytes(dialect.charset());
        int half = plain.length / 2;
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        switch (dialect.packing()) {
            case NONE -> packed.writeBytes(plain);
            case ZSTD -> packed.writeBytes(Zstd.compress(plain));
            case GZIP -> gzip(packed, plain, 0, plain.length);
            case TWO_GZIPS -> {
                gzip(packed, plain, 0, half);
                gzip(packed, plain, half, plain.length);
            }
        }
        return packed.toByteArray();
    }

    private static void gzip(ByteArrayOutputStream to, byte[] bytes, int start, int end) throws IOException {
        ByteArrayOutputStream member = new ByteArrayOutputStream();
        try (OutputStream output = new GZIPOutputStream(member)) {
            output.write(bytes, start, end - start);
        }
        to.writeBytes(member.toByteArray());
    }

    private static String form(String pattern, long second) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT)
                .format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC));
    }
}

package io.freshet.app.clickfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import blue.strategic.parquet.ParquetWriter;
import com.github.luben.zstd.Zstd;
import io.freshet.client.click.Click;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class ClickFilesTest {
    private static final String HEADER = "user_id,item_id,timestamp\n";
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    private Path folder;

    private final List<Click> clicks = new ArrayList<>();

    @Test
    void shouldSayWhatItFoundOutWhenAFileIsOrdinary() throws IOException {
        Path file = write("clicks.csv", HEADER + "ann,tea,1700000000\nbob,cup,1700000060\nann,pot,1700000120\n");
        assertThat(open(file.toString()).describe())
                .containsExactly(
                        file.toString(),
                        "  UTF-8, separated by commas, with a header, user=user_id, item=item_id, time=timestamp",
                        "  times: seconds since 1970",
                        "  click: user ann, item tea, time 2023-11-14T22:13:20Z",
                        "  click: user bob, item cup, time 2023-11-14T22:14:20Z",
                        "  click: user ann, item pot, time 2023-11-14T22:15:20Z");
        ClickFileSummary summary = read(file.toString());
        assertThat(summary.lines())
                .containsExactly("  3 rows, 3 clicks from 2023-11-14T22:13:20Z to 2023-11-14T22:15:20Z");
        assertThat(clicks.getFirst()).isEqualTo(new Click("ann", "tea", 1_700_000_000_000L, null, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UserId;ItemId;Time\nu;i;1700000000\n",
                "USER_ID|product_id|price|event_time\nu|i|1|1700000000\n",
                "user::item::time\nu::i::1700000000\n",
                "\"user\" \"item\" \"time\"\n\"u\" \"i\" 1700000000\n",
                "user_id:token\titem_id:token\ttimestamp:float\nu\ti\t1700000000\n",
                "visitorid,itemid,timestamp\nu,i,1700000000\n",
                "reviewerID,asin,unixReviewTime\nu,i,1700000000\n",
                "session_id,item_id,timestamp\nu,i,1700000000\n",
                "session_id,user_id,item_id,timestamp\ns,u,i,1700000000\n",
                "user,item,time,\nu,i,1700000000,\n",
                "user,item,time\nu,i,1700000000,\n",
                "\n\nuser,item,time\r\n\r\n u , i ,1700000000\r\n\r\n",
                "{\"user_id\":\"u\",\"item_id\":\"i\",\"timestamp\":1700000000,\"tags\":[\"a\",{\"b\":1}]}\n"
            })
    void shouldReadAClickWhenAHeaderIsOfAKnownKind(String content) throws IOException {
        read(write("clicks", content).toString());
        assertThat(clicks).containsExactly(new Click("u", "i", 1_700_000_000_000L, null, null));
    }

    @Test
    void shouldReadQuotesSeparatorsAndLineEndsInFields() throws IOException {
        ClickFileSummary summary = read(write(
                        "clicks.csv",
                        "user,item,time,note\n\"a,b\",\"say \"\"hi\"\"\",1700000000,\"one\ntwo,x,1700000000,y\"\n"
                                + "\"c\",d,1700000001,\n")
                .toString());
        assertThat(clicks).extracting(Click::userId).containsExactly("a,b", "c");
        assertThat(clicks).extracting(Click::itemId).containsExactly("say \"hi\"", "d");
        assertThat(summary.lines()).anyMatch(line -> line.contains("1 row has line ends inside quotes"));
    }

    @Test
    void shouldReadQuotesAsCharactersWhenTold() throws IOException {
        String content = "user\titem\ttime\tnote\nu\ti\t1700000000\t\"open\nu\tj\t1700000001\t5\" pipe\n";
        assertFails(content).contains("--quote none");
        read(write("clicks.tsv", content).toString(), "--quote", "none");
        assertThat(clicks).extracting(Click::itemId).containsExactly("i", "j");
    }

    @Test
    void shouldTakeTypeAndIdAndLeaveThemOutWhenTold() throws IOException {
        String file = write("clicks.csv", "user,item,time,event,event_id\nu,i,1700000000,buy,e1\nu,j,1700000001,NA,\n")
                .toString();
        read(file);
        assertThat(clicks.getFirst()).isEqualTo(new Click("u", "i", 1_700_000_000_000L, "buy", "e1"));
        assertThat(clicks.getLast()).isEqualTo(new Click("u", "j", 1_700_000_001_000L, null, null));
        clicks.clear();
        read(file, "--event-type", "none", "--columns", "id=none");
        assertThat(clicks.getFirst()).isEqualTo(new Click("u", "i", 1_700_000_000_000L, null, null));
    }

    @Test
    void shouldRecogniseRowNamesAsRWritesThem() throws IOException {
        ClickFiles files = open(write("clicks.tsv", """
                        "user"\t"item"\t"time"
                        "1"\t"u"\t"i"\t1700000000
                        "2"\t"u"\t"j"\t1700000001
                        """).toString());
        assertThat(files.describe()).anyMatch(line -> line.contains("one column short"));
        files.readWhile(clicks::add);
        assertThat(clicks).extracting(Click::userId).containsExactly("u", "u");
        assertThat(clicks).extracting(Click::itemId).containsExactly("i", "j");
    }

    @Test
    void shouldAskForNamesWhenThereIsNoHeader() throws IOException {
        String ratings = "1\t10\t5\t881250949\n1\t11\t3\t881250950\n2\t10\t4\t881250951\n";
        assertFails(ratings).contains("no header", "--columns user,item,rating,time", "--format sequences");
        read(write("u.data", ratings).toString(), "--columns", "user,item,rating,time");
        assertThat(clicks).extracting(Click::itemId).containsExactly("10", "11", "10");
        clicks.clear();
        read(write("ratings.dat", ratings.replace("\t", "::")).toString(), "--columns", "user,item,rating,time");
        assertThat(clicks).extracting(Click::userId).containsExactly("1", "1", "2");
        assertFails(ratings, "--columns", "user,item,time").contains("names 3 columns", "4 fields");
    }

    @Test
    void shouldSayThatAHeaderIsNotAClickWhenColumnsAreListed() throws IOException {
        ClickFiles files =
                open(write("clicks.csv", "who,what,when\nu,i,1700000000\n").toString(), "--columns", "user,item,time");
        assertThat(files.describe()).anyMatch(line -> line.contains("line 1 is a header"));
        assertThat(files.readWhile(clicks::add).rows()).isEqualTo(1);
    }

    @Test
    void shouldTakeColumnsByNameWhateverTheirCase() throws IOException {
        String content = "When,WHO,what\n1700000000,u,i\n";
        read(write("a.csv", content).toString(), "--user", "who", "--item", "what", "--time", "when");
        read(write("b.csv", content).toString(), "--columns", "user=WHO,item=what,time=when");
        assertThat(clicks).extracting(Click::userId).containsExactly("u", "u");
        assertFails(content, "--user", "nobody").contains("no column nobody", "--user", "When, WHO, what");
        assertFails(content, "--columns", "usr=who").contains("user=visitorid");
        assertFails(content, "--columns", "user=who", "--user", "what").contains("leave one out");
        assertFails("who,what,when\na,b,c\n").contains("--user", "who, what, when");
    }

    @Test
    void shouldReadSequencesOnlyWhenUnmistakableOrTold() throws IOException {
        ClickFileSummary summary = read(write("a.txt", "u a b a\n\nv c\nu d\n").toString());
        assertThat(clicks).extracting(Click::userId).containsExactly("u", "u", "u", "v", "u");
        assertThat(clicks).extracting(Click::itemId).containsExactly("a", "b", "a", "c", "d");
        assertThat(summary.rows()).isEqualTo(3);
        assertThat(summary.firstTime()).isNull();
        clicks.clear();
        read(write("pairs.txt", "1 10\n1 11\n2 10\n").toString());
        assertThat(clicks).hasSize(3);
        assertFails("1 10 5 881250949\n1 11 3 881250950\n").contains("no header");
        clicks.clear();
        read(write("same.txt", "u\ta\tb\nv\tc\td\n").toString(), "--format", "SEQUENCES");
        assertThat(clicks).hasSize(4);
        assertFails("lonely\n").contains("line 1", "user item item");
        assertFails("u a b\nlonely\nv c\n").contains("no-item", "line 2", "lonely");
        assertThatThrownBy(() -> open(write("s.txt", "u a b\nv c\n").toString()).requireTimes())
                .isInstanceOf(ClickFileException.class)
                .hasMessageContaining("--columns");
    }

    @ParameterizedTest
    @CsvSource({"UTF-16LE,FFFE", "UTF-16BE,FEFF", "UTF-8,EFBBBF", "UTF-32LE,FFFE0000"})
    void shouldKnowTheEncodingByItsMark(String encoding, String mark) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(java.util.HexFormat.of().parseHex(mark));
        bytes.writeBytes((HEADER + "é,ü,1700000000\n").getBytes(Charset.forName(encoding)));
        Path file = Files.write(folder.resolve("clicks.csv"), bytes.toByteArray());
        read(file.toString());
        assertThat(clicks).containsExactly(new Click("é", "ü", 1_700_000_000_000L, null, null));
    }

    @Test
    void shouldNameTheOptionWhenTheEncodingIsAnother() throws IOException {
        StringBuilder text = new StringBuilder(HEADER);
        for (int i = 0; i < 50_000; i++) {
            text.append(i == 40_000 ? "José" : "ann")
                    .append(",tea,")
                    .append(1_700_000_000 + i)
                    .append('\n');
        }
        Path file = Files.write(folder.resolve("latin.csv"), text.toString().getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> read(file.toString(), "--user", "user_id"))
                .isInstanceOf(ClickFileException.class)
                .hasMessageContainingAll("UTF-8", "line 40002", "--encoding");
        clicks.clear();
        read(file.toString(), "--user", "user_id", "--encoding", "ISO-8859-1");
        assertThat(clicks.get(40_000).userId()).isEqualTo("José");
        Path wide = Files.write(folder.resolve("wide.csv"), HEADER.getBytes(StandardCharsets.UTF_16LE));
        assertThatThrownBy(() -> read(wide.toString())).hasMessageContaining("--encoding UTF-16LE");
    }

    @Test
    void shouldUnpackByContentAndAllMembers() throws IOException {
        byte[] one = (HEADER + "u,i,1700000000\n").getBytes(StandardCharsets.UTF_8);
        byte[] two = "u,j,1700000001\n".getBytes(StandardCharsets.UTF_8);
        Path gzip = Files.write(folder.resolve("a"), joined(gzipped(one), gzipped(two), gzipped(one)));
        Path zstd = Files.write(folder.resolve("b.csv.zst"), joined(Zstd.compress(one), Zstd.compress(two)));
        assertThat(read(gzip.toString()).input().encoding()).isEqualTo("UTF-8, gzip");
        assertThat(clicks).extracting(Click::itemId).containsExactly("i", "j", "i");
        clicks.clear();
        assertThat(read(zstd.toString()).input().encoding()).isEqualTo("UTF-8, zstd");
        assertThat(clicks).extracting(Click::itemId).containsExactly("i", "j");
    }

    @Test
    void shouldFailWhenAPackedFileIsCutOff() throws IOException {
        StringBuilder text = new StringBuilder(HEADER);
        IntStream.range(0, 20_000)
                .forEach(i -> text.append("u")
                        .append(i)
                        .append(",i")
                        .append(i * 7919 % 1000)
                        .append(",170000")
                        .append(1000 + i % 9000)
                        .append('\n'));
        byte[] gzip = gzipped(text.toString().getBytes(StandardCharsets.UTF_8));
        byte[] zstd = Zstd.compress(text.toString().getBytes(StandardCharsets.UTF_8));
        for (byte[] packed : List.of(gzip, zstd)) {
            Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(packed, packed.length * 3 / 4));
            assertThatThrownBy(() -> read(file.toString()))
                    .isInstanceOf(ClickFileException.class)
                    .hasMessageContaining("cut off");
        }
        assertThatThrownBy(() -> read(Files.write(folder.resolve("x.zip"), new byte[] {'P', 'K', 3, 4})
                        .toString()))
                .hasMessageContaining("Unpack it first");
    }

    @Test
    void shouldReadFoldersAndGlobsInOrderOfNames() throws IOException {
        Path days = Files.createDirectories(folder.resolve("days/date=2"));
        Files.writeString(folder.resolve("days/b.csv"), HEADER + "u,second,1700000001\n");
        Files.writeString(folder.resolve("days/a.csv"), HEADER + "u,first,1700000000\n");
        Files.writeString(days.resolve("part-0.csv"), HEADER + "u,third,1700000002\n");
        Files.writeString(days.resolve("_SUCCESS"), "");
        Files.writeString(days.resolve("empty.csv"), "");
        read(folder.resolve("days").toString());
        assertThat(clicks).extracting(Click::itemId).containsExactly("first", "second", "third");
        clicks.clear();
        read(folder.resolve("days") + "/*.csv");
        assertThat(clicks).extracting(Click::itemId).containsExactly("first", "second");
        Files.writeString(folder.resolve("days/c.csv"), "user,item,time\nu,x,1700000003\n");
        assertThatThrownBy(() -> read(folder.resolve("days").toString()))
                .hasMessageContainingAll("c.csv", "differs from the header of");
        assertThatThrownBy(() -> open(folder.resolve("nothing*").toString())).hasMessageContaining("nothing*");
        assertThatThrownBy(() -> open(folder.resolve("nowhere.csv").toString())).hasMessageContaining("no such file");
    }

    @Test
    void shouldCountRowsByReasonAndNameTheFirstLine() throws IOException {
        StringBuilder text = new StringBuilder(HEADER);
        IntStream.range(0, 1_000)
                .forEach(i -> text.append("u")
                        .append(i % 9)
                        .append(",i,")
                        .append(1_700_000_000 + i)
                        .append('\n'));
        text.append("u1,i\n,i,1700000000\nu1,NA,1700000000\nu1,i,noon\nu1,i,null\nu1,i,1700000000000\n");
        text.append("u".repeat(300)).append(",i,1700000000\nu1,i,also noon\n");
        ClickFileSummary summary = read(write("clicks.csv", text.toString()).toString());
        assertThat(summary.clicks()).isEqualTo(1_000);
        assertThat(summary.rows()).isEqualTo(1_008);
        assertThat(summary.leftOut().keySet())
                .containsExactly(
                        "implausible-time",
                        "invalid-id",
                        "no-item",
                        "no-time",
                        "no-user",
                        "unreadable-time",
                        "wrong-width");
        assertThat(summary.leftOut()).hasEntrySatisfying("unreadable-time", leftOut -> {
            assertThat(leftOut.rows()).isEqualTo(2);
            assertThat(leftOut.firstLine()).isEqualTo(1_005);
        });
        assertThat(summary.lines())
                .anyMatch(line ->
                        line.contains("2 rows, unreadable-time; the first in ") && line.contains("line 1005: 'noon'"));
    }

    @Test
    void shouldFailWhenTooManyRowsGiveNoClick() throws IOException {
        String content = HEADER + "u1,a,1700000000\nu1,b,n/a\nu1,c,1700000002\n";
        assertFails(content).contains("1 of 3 rows (33.3%)", "--max-bad-rows allows 1%", "no-time", "line 3");
        assertThat(read(write("clicks.csv", content).toString(), "--max-bad-rows", "40%")
                        .clicks())
                .isEqualTo(2);
        assertFails("user,title,item,time,price\nu,Shoe,1,1700000000,5\nu,Shoe, red,2,1700000001,5\n")
                .contains("wrong-width", "the row has 6 fields and not 5", "line 3");
        assertFails("{\"user\":\"u\",\"item\":\"i\",\"time\":1700000000}\n{\"user\":\"u\",\n")
                .contains("malformed-json", "line 2");
        assertFails(HEADER).contains("There must be a click");
        assertFails("").contains("empty");
        assertFails("[{\"user\":1}]").contains("jq -c");
    }

    @Test
    void shouldCountAllRowsThatAnOpenQuoteTakes() {
        assertFails(HEADER + "u,i,1700000000\n\"u,j,1700000001\nu,k,1700000002\n")
                .contains("a quote is opened in line 3", "never closed");
        assertFails(HEADER + "u,i,1700000000\n\"u,j,1700000001\nu,k,1700000002\nu\",l,1700000003\n")
                .contains("3 of 4 rows", "invalid-id", "line 3");
    }

    /** Each input is a table with one line that is shorter or longer than the others. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1 10 5\n1 11 4\n2 10 3\n2 12 1\n3 10 4\n3 5\n",
                "1 10 881250949 5\n1 11 881250950 3\n2 10 881250951 4\n2 12 881250952 1\n3 10 881250953 4\n3 5 9\n",
                "user_id item_id\n1 10\n1 11\n2 10\n2 12\n"
            })
    void shouldNotTakeATableForSequences(String content) {
        assertFails(content).containsAnyOf("--columns", "--time");
    }

    @Test
    void shouldNotTakeATableForSequencesWhenColumnsAreNamed() {
        assertFails("a b c\n1 2\n3 4 5 6\n", "--user", "a").doesNotContain("sequences'");
    }

    @Test
    void shouldFailWhenAQuoteOpensInOneRowAndClosesInALaterOne() {
        StringBuilder rows = new StringBuilder("user,item,time,title\nu,i,1700000000,\"Weird Al\n");
        IntStream.range(0, 20)
                .forEach(i -> rows.append("u,j,17000000").append(10 + i).append(",Plain\n"));
        rows.append("u,k,1700000099,TV 24\"\n");
        assertFails(rows.toString()).contains("a quote opens in line 2", "look like rows", "--quote none");
    }

    @Test
    void shouldFollowLinksAndPassOverWhatAShellPassesOver() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("b.csv"), HEADER + "u,second,1700000001\n");
        Files.writeString(data.resolve("a.csv"), HEADER + "u,first,1700000000\n");
        Files.writeString(data.resolve(".a.csv.crc"), "junk");
        Files.createSymbolicLink(data.resolve("more"), elsewhere);
        Files.createSymbolicLink(folder.resolve("current"), data);
        read(folder.resolve("current").toString());
        assertThat(clicks).extracting(Click::itemId).containsExactly("first", "second");
        clicks.clear();
        read(data + "//*");
        assertThat(clicks).extracting(Click::itemId).containsExactly("first");
        clicks.clear();
        read(data + "/**");
        assertThat(clicks).extracting(Click::itemId).containsExactly("first", "second");
        assertThatThrownBy(() -> open(data + "/a[.csv"))
                .isInstanceOf(ClickFileException.class)
                .hasMessageContaining("a[.csv");
        ClickFileOptions options = new ClickFileOptions();
        List<String> twice = List.of(data.toString(), data.resolve("a.csv").toString());
        assertThatThrownBy(() -> ClickFiles.open(twice, options, InstantSource.fixed(NOW)))
                .isInstanceOf(ClickFileException.class)
                .hasMessageContaining("is named twice");
        Files.createSymbolicLink(elsewhere.resolve("back"), data);
        assertThatThrownBy(() -> open(data.toString()))
                .isInstanceOf(ClickFileException.class)
                .hasMessageContaining("in a circle");
    }

    @Test
    void shouldFailWhenWhatFollowsAMemberIsNoMember() throws IOException {
        byte[] member = gzipped((HEADER + "u,i,1700000000\n").getBytes(StandardCharsets.UTF_8));
        byte[] plain = "u,j,1700000001\n".getBytes(StandardCharsets.UTF_8);
        for (byte[] rest : List.of(plain, new byte[] {'x'}, Arrays.copyOf(member, 5), Arrays.copyOf(member, 12))) {
            Path file = Files.write(folder.resolve("joined.gz"), joined(member, rest));
            assertThatThrownBy(() -> read(file.toString()))
                    .as("%d bytes behind the member", rest.length)
                    .isInstanceOf(ClickFileException.class)
                    .hasMessageContaining("damaged or cut off");
        }
    }

    @Test
    void shouldGuessFromTheFirstFileWithRows() throws IOException {
        Path parts = Files.createDirectories(folder.resolve("parts"));
        Files.writeString(parts.resolve("part-0.csv"), HEADER);
        Files.writeString(parts.resolve("part-1.csv"), "\n\n");
        Files.writeString(parts.resolve("part-2.csv"), HEADER + "u,i,2023-11-14T22:13:20Z\n");
        read(parts.toString());
        assertThat(clicks).containsExactly(new Click("u", "i", 1_700_000_000_000L, null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"201910010002", "637055281550000000"})
    void shouldRefuseNumbersThatAreTimesOfAnotherForm(String time) {
        assertFails(HEADER + "u,i," + time + "\nu,j," + time + "\n").contains("--time-format");
    }

    @Test
    void shouldRefuseASeparatorThatCannotBe() {
        assertFails(HEADER + "u,i,1700000000\n", "--separator", "").contains("--separator");
        assertFails(HEADER + "u,i,1700000000\n", "--separator", ";", "--quote", ";")
                .contains("must differ");
        assertFails(HEADER + "u,i,1700000000\n", "--quote", ",").contains("separator");
    }

    @Test
    void shouldDecideTheUnitForTheWholeFile() throws IOException {
        StringBuilder text = new StringBuilder(HEADER);
        IntStream.range(0, 100)
                .forEach(i -> text.append("u")
                        .append(i % 9)
                        .append(",i,")
                        .append(i % 4 == 0 ? 1_700_000_000 + i : 1_700_000_000_000L + i)
                        .append('\n'));
        assertFails(text.toString())
                .contains("25 of 100 rows", "implausible-time", "line 2", "'1700000000' would be 1970-01-20");
        assertThat(read(write("clicks.csv", text.toString()).toString(), "--max-bad-rows", ".3")
                        .clicks())
                .isEqualTo(75);
    }

    @Test
    void shouldRefuseTimesThatCannotBeUnlessTheirFormIsNamed() throws IOException {
        String early = HEADER + "u,i,30\nu,j,10\n";
        assertFails(early).contains("1970-01-01T00:00:30Z", "--time-format seconds", "--time");
        read(write("early.csv", early).toString(), "--time-format", "seconds");
        assertThat(clicks).extracting(Click::timestampMs).containsExactly(30_000L, 10_000L);
        assertFails(HEADER + "u,i,2030-01-01\n").contains("in the future", "2030-01-01");
        String american = HEADER + "u,i,12/31/2023 23:59\n";
        assertFails(american).contains("no known form", "--time-format MM/dd/yyyy");
        clicks.clear();
        read(write("us.csv", american).toString(), "--time-format", "MM/dd/yyyy HH:mm", "--zone", "America/New_York");
        assertThat(clicks.getFirst().timestampMs())
                .isEqualTo(Instant.parse("2024-01-01T04:59:00Z").toEpochMilli());
        assertFails(american, "--time-format", "QQ{").contains("--time-format must be");
    }

    @Test
    void shouldTakeTheSessionWhenTheUserIsMissing() throws IOException {
        StringBuilder text = new StringBuilder("sessionId;userId;itemId;eventdate\n");
        IntStream.range(0, 40)
                .forEach(i -> text.append("s")
                        .append(i / 4)
                        .append(";NA;i")
                        .append(i % 7)
                        .append(";2023-11-14\n"));
        ClickFiles files = open(write("d.csv", text.toString()).toString());
        assertThat(files.describe())
                .anyMatch(line -> line.contains("column userId has no value in 40 of the first 40 rows")
                        && line.contains("sessionId"))
                .anyMatch(line -> line.contains("the times are days"));
        files.readWhile(clicks::add);
        assertThat(clicks.get(4).userId()).isEqualTo("s1");
        assertFails(text.toString().replace("sessionId", "number")).contains("userId", "--user", "no value");
        assertFails(text.toString(), "--user", "userId").contains("no-user", "40 of 40");
    }

    @Test
    void shouldRefuseAUserThatIsOneValue() throws IOException {
        StringBuilder text = new StringBuilder(HEADER);
        IntStream.range(0, 40)
                .forEach(i -> text.append("shop,i")
                        .append(i % 7)
                        .append(',')
                        .append(1_700_000_000 + i)
                        .append('\n'));
        assertFails(text.toString()).contains("the same value", "--user user_id");
        assertThat(read(write("one.csv", text.toString()).toString(), "--user", "user_id")
                        .clicks())
                .isEqualTo(40);
    }

    @Test
    void shouldRefuseAnIdThatRepeats() throws IOException {
        StringBuilder text = new StringBuilder("user,item,time,event_id\n");
        IntStream.range(0, 40)
                .forEach(i -> text.append("u")
                        .append(i % 5)
                        .append(",i")
                        .append(i % 7)
                        .append(',')
                        .append(1_700_000_000 + i)
                        .append(',')
                        .append(1 + i % 3)
                        .append('\n'));
        assertFails(text.toString()).contains("event_id repeats", "3 different values", "--event-id none");
        String file = write("ids.csv", text.toString()).toString();
        read(file, "--event-id", "none");
        assertThat(clicks.getFirst().eventId()).isNull();
        read(file, "--event-id", "event_id");
        assertThat(clicks.getLast().eventId()).isEqualTo("1");
    }

    @Test
    void shouldRefuseItemsThatAreSentences() throws IOException {
        String content =
                "user,product,time\nu,A tea pot for two people,1700000000\nv,The cup of a lucky man,1700000001\n";
        assertFails(content).contains("whole sentences", "--item product");
        assertThat(read(write("t.csv", content).toString(), "--item", "product").clicks())
                .isEqualTo(2);
    }

    @Test
    void shouldWarnWhenClicksAreNotInOrderOfTime() throws IOException {
        String content = HEADER + "u,i,1700000000\nu,j,1700100000\nv,i,1700000000\n";
        assertThat(read(write("clicks.csv", content).toString()).orderWarning())
                .hasValueSatisfying(line -> assertThat(line).contains("1 of 3 clicks", "sort"));
        assertThat(read(write("sorted.csv", HEADER + "u,i,1700000000\nu,j,1700000001\n")
                                .toString())
                        .orderWarning())
                .isEmpty();
    }

    @Test
    void shouldReadParquet() throws IOException {
        MessageType schema = Types.buildMessage()
                .required(PrimitiveTypeName.BINARY)
                .as(LogicalTypeAnnotation.stringType())
                .named("user_id")
                .required(PrimitiveTypeName.INT64)
                .named("item_id")
                .required(PrimitiveTypeName.INT64)
                .as(LogicalTypeAnnotation.timestampType(true, LogicalTypeAnnotation.TimeUnit.MICROS))
                .named("timestamp")
                .named("clicks");
        Path file = folder.resolve("clicks.parquet");
        try (ParquetWriter<Long> writer = ParquetWriter.writeFile(schema, file.toFile(), (click, values) -> {
            values.write("user_id", "u" + click % 2);
            values.write("item_id", click);
            values.write("timestamp", (1_700_000_000_000L + click) * 1_000);
        })) {
            for (long i = 0; i < 5; i++) {
                writer.write(i);
            }
        }
        ClickFileSummary summary = read(file.toString());
        assertThat(summary.input().format()).isEqualTo("Parquet");
        assertThat(clicks).hasSize(5);
        assertThat(clicks.get(3)).isEqualTo(new Click("u1", "3", 1_700_000_000_003L, null, null));
    }

    /** Covers byte arrays without a type, unsigned and decimal numbers, and 96-bit times. */
    @Test
    void shouldReadParquetOfOldWriters() throws IOException {
        MessageType schema = Types.buildMessage()
                .required(PrimitiveTypeName.BINARY)
                .named("user_id")
                .required(PrimitiveTypeName.INT64)
                .as(LogicalTypeAnnotation.intType(64, false))
                .named("item_id")
                .required(PrimitiveTypeName.INT96)
                .named("timestamp")
                .required(PrimitiveTypeName.INT32)
                .as(LogicalTypeAnnotation.decimalType(2, 9))
                .named("event_type")
                .named("clicks");
        Path file = folder.resolve("old.parquet");
        try (var writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withType(schema)
                .build()) {
            SimpleGroup click = new SimpleGroup(schema);
            click.append("user_id", Binary.fromString("Jos\u00E9"));
            click.append("item_id", -1L);
            click.append("timestamp", new NanoTime(2_440_588 + 19_675, 80_000_123_000_000L).toBinary());
            click.append("event_type", 150);
            writer.write(click);
        }

        read(file.toString());

        long day = 19_675L * 86_400_000;
        assertThat(clicks)
                .containsExactly(new Click("Jos\u00E9", "18446744073709551615", day + 80_000_123, "1.50", null));
        assertThatThrownBy(() -> read(file.toString(), "--format", "CSV"))
                .hasMessage(file + " is a Parquet file: leave --format out");
        assertThatThrownBy(() -> read(file.toString(), "--encoding", "UTF-8", "--separator", ";"))
                .hasMessage("--separator, --encoding cannot be used with Parquet files: leave it out");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"user":"u","item":"i","time":1700000000} | --separator   | ;             | JSON lines
                    {"user":"u","item":"i","time":1700000000} | --quote       | none          | JSON lines
                    {"user":"u","item":"i","time":1700000000} | --columns     | user,item,time | JSON lines
                    u i j k                                   | --time        | time          | lines 'user item item ...'
                    u i j k                                   | --time-format | iso           | lines 'user item item ...'
                    u i j k                                   | --separator   | space         | lines 'user item item ...'
                    """)
    void shouldRefuseOptionsThatDoNotConcernTheFormat(String line, String option, String value, String format) {
        List<String> options = new ArrayList<>(List.of(option, value));
        if (line.startsWith("u ")) {
            options.addAll(List.of("--format", "SEQUENCES"));
        }
        assertFails(line + "\n", options.toArray(String[]::new))
                .startsWith(option)
                .endsWith(" cannot be used with " + format + ": leave it out");
    }

    @Test
    void shouldCountALineOfASequenceOnce() throws IOException {
        ClickFileSummary summary = read(
                write("lines", "u a NA NA b\nNA a b\nv c d\n").toString(),
                "--format",
                "SEQUENCES",
                "--max-bad-rows",
                "70%");
        assertThat(clicks).extracting(Click::itemId).containsExactly("a", "b", "c", "d");
        assertThat(summary.rows()).isEqualTo(3);
        assertThat(summary.leftOutRows()).isEqualTo(2);
        assertThat(summary.leftOut()).containsOnlyKeys("no-item", "no-user");
        assertThat(summary.withRepeatedClicks(1).leftOutLines())
                .contains("  left out: 1 click repeats the event id of an earlier click of the same user");
        assertThat(summary.withRepeatedClicks(2).clicks()).isEqualTo(2);
    }

    @Test
    void shouldRefuseAFileThatHasChangedSinceItWasFirstRead() throws IOException {
        Path file = write("clicks.csv", HEADER + "ann,tea,1700000000\nbob,cup,1700000060\n");
        ClickFiles files = open(file.toString());
        files.readWhile(clicks::add);
        files.readWhile(clicks::add);
        Files.writeString(file, "ann,pot,1700000120\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> files.readWhile(clicks::add))
                .isInstanceOf(ClickFileException.class)
                .hasMessageStartingWith(file + " has changed since it was first read");
        assertThat(clicks).hasSize(4);
    }

    @Test
    void shouldGiveGrowingPositionsThatAreTheSameAgain() throws IOException {
        ClickFiles files = open(
                write("a.csv", HEADER + "u,i,1700000000\n\nbad\nu,j,1700000001\n")
                        .toString(),
                "--max-bad-rows",
                "50%");
        for (int pass = 0; pass < 2; pass++) {
            try (ClickReader reader = files.reader()) {
                reader.next();
                assertThat(reader.position()).isEqualTo(1);
                reader.next();
                assertThat(reader.position()).isEqualTo(3);
                assertThat(reader.next()).isNull();
            }
        }
    }

    private org.assertj.core.api.AbstractStringAssert<?> assertFails(String content, String... options) {
        clicks.clear();
        return org.assertj.core.api.Assertions.assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(
                        ClickFileException.class,
                        () -> read(write("failing", content).toString(), options))
                .getMessage());
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private ClickFileSummary read(String source, String... options) throws IOException {
        return open(source, options).readWhile(clicks::add);
    }

    private static ClickFiles open(String source, String... options) throws IOException {
        ClickFileOptions parsed = CommandLine.populateCommand(new ClickFileOptions(), options);
        return ClickFiles.open(List.of(source), parsed, InstantSource.fixed(NOW));
    }

    private static byte[] gzipped(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream output = new GZIPOutputStream(bytes)) {
            output.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(bytes::writeBytes);
        return bytes.toByteArray();
    }
}

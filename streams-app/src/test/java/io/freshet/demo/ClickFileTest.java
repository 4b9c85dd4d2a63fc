package io.freshet.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.event.Click;
import io.freshet.event.ClickCodec;
import io.freshet.event.MalformedClickException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClickFileTest {
    @TempDir
    Path folder;

    @Test
    void shouldGuessColumnsAndSeparatorWhenTheHeaderIsOfAKnownKind() throws Exception {
        List<SourceClick> clicks = read("clicks.tsv", "SessionId\tItemId\tTime\n7\tshoe\t1396314141.719\n");
        assertThat(clicks).hasSize(1);
        assertThat(clicks.getFirst().position()).isEqualTo(2);
        assertThat(clicks.getFirst().key()).isEqualTo("7");
        assertThat(click(clicks.getFirst())).isEqualTo(new Click("7", "shoe", 1_396_314_141_719L, null, null));
    }

    @Test
    void shouldPreferTheUserWhenThereIsASessionToo() throws Exception {
        List<SourceClick> clicks = read(
                "clicks.csv", "session_id,user_id,item_id,timestamp,event_type,event_id\ns,u,i,1396314141,buy,e1\n");
        assertThat(click(clicks.getFirst())).isEqualTo(new Click("u", "i", 1_396_314_141_000L, "buy", "e1"));
    }

    @Test
    void shouldReadQuotedFieldsWhenTheyHoldSeparatorsAndQuotes() throws Exception {
        List<SourceClick> clicks = read("clicks.csv", "user,item,time\r\n\"a,b\",\"say \"\"hi\"\"\",1396314141\r\n");
        assertThat(click(clicks.getFirst()).userId()).isEqualTo("a,b");
        assertThat(click(clicks.getFirst()).itemId()).isEqualTo("say \"hi\"");
    }

    @Test
    void shouldPassARowOnAsItStandsWhenItIsNoClick() throws Exception {
        String longId = "x".repeat(300);
        List<String> rows =
                List.of("only-a-user", "u,i,yesterday", ",i,1396314141", "\"u,i,1396314141", longId + ",i,1");
        List<SourceClick> clicks = read("clicks.csv", "user,item,time\nu,i,1396314141\n" + String.join("\n", rows));
        assertThat(clicks).hasSize(6);
        assertThat(clicks.subList(1, 6))
                .allMatch(click -> click.key() == null)
                .extracting(click -> new String(click.value(), StandardCharsets.UTF_8))
                .containsExactlyElementsOf(rows);
    }

    @Test
    void shouldKeepLineNumbersWhenLinesAreEmpty() throws Exception {
        List<SourceClick> clicks = read("clicks.csv", "user,item,time\n\nu,i,1396314141\n\n\nu,j,1396314142\n\n");
        assertThat(clicks).extracting(SourceClick::position).containsExactly(3L, 6L);
    }

    @Test
    void shouldUnpackWhenTheNameEndsInGz() throws Exception {
        Path file = folder.resolve("clicks.csv.gz");
        try (OutputStream output = new GZIPOutputStream(Files.newOutputStream(file))) {
            output.write("user,item,time\nu,i,1396314141\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(read(file)).hasSize(1);
    }

    @Test
    void shouldNameTheHeadersColumnsWhenOneIsNotThere() throws Exception {
        Path file = Files.writeString(folder.resolve("clicks.csv"), "who,what,when\na,b,1\n");
        assertThatThrownBy(() -> ClickFile.layoutOf(file, ClickColumns.Names.GUESSED))
                .isInstanceOf(ClickFileException.class)
                .hasMessageContaining("--user")
                .hasMessageContaining("who, what, when");
        assertThatThrownBy(() -> ClickFile.layoutOf(file, new ClickColumns.Names("Who", "what", "when", null, null)))
                .isInstanceOf(ClickFileException.class)
                .hasMessageContaining("--user=Who");
    }

    private List<SourceClick> read(String name, String content) throws IOException, ClickFileException {
        return read(Files.writeString(folder.resolve(name), content));
    }

    private static List<SourceClick> read(Path file) throws IOException, ClickFileException {
        List<SourceClick> clicks = new ArrayList<>();
        ClickFile.Layout layout = ClickFile.layoutOf(file, ClickColumns.Names.GUESSED);
        try (ClickFile source = ClickFile.open(file, layout)) {
            for (SourceClick click = source.next(); click != null; click = source.next()) {
                clicks.add(click);
            }
        }
        return clicks;
    }

    private static Click click(SourceClick click) throws MalformedClickException {
        return ClickCodec.parse(click.value());
    }
}

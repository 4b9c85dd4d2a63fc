package io.freshet.service.clickformat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freshet.client.click.Click;
import io.freshet.client.click.MalformedClickException;
import io.freshet.service.config.FreshetConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Formats as a configuration makes them. JSON is written with single quotes for readability. */
final class ClickFormatTest {
    private static final Click CLICK = new Click("7", "shoes", 1_772_360_000_000L, "view", "e1");
    private static final String DATA = "{'user_id':7,'item_id':'shoes'}";
    private static final String EVENT =
            "'specversion':'1.0','id':'1','source':'/web','type':'view','time':'2026-03-01T10:13:20Z'";

    @Test
    void shouldBeTheOwnReaderItselfUnlessAnotherIsConfigured() {
        assertThat(format()).isSameAs(ClickFormat.OWN);
        assertThat(format("clicks.field.user", "/user_id", "clicks.field.time", "timestamp"))
                .isSameAs(ClickFormat.OWN);
        assertThat(format("clicks.time.unit", "s")).isNotSameAs(ClickFormat.OWN);
        assertThat(format("clicks.field.user", "customer")).isNotSameAs(ClickFormat.OWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'c':{'id':7},'l':[{'x':0},{'i':'shoes'}],'at':1772360000000,'a.b':'view','e':'e1'}",
                "{'e':'e1','l':['x',{'z':[1],'i':'shoes','y':{'i':'no'}},{'i':'no'}],'at':'2026-03-01T10:13:20Z',"
                        + "'c':{'x':{'id':'no'},'id':'7'},'a.b':'view','user_id':'no'}",
            })
    void shouldReadFieldsAtTheirPaths(String json) throws MalformedClickException {
        ClickFormat format = format(
                "clicks.field.user", "c.id",
                "clicks.field.item", "/l/1/i",
                "clicks.field.time", "at",
                "clicks.field.type", "/a.b",
                "clicks.field.id", "e");
        assertThat(read(format, json)).isEqualTo(CLICK);
    }

    @Test
    void shouldUnescapeAJsonPointer() throws MalformedClickException {
        ClickFormat format = format("clicks.field.user", "/a~1b~0c/", "clicks.field.item", "/");
        assertThat(read(format, "{'a/b~c':{'':'u'},'':'i','timestamp':5}"))
                .isEqualTo(new Click("u", "i", 5, null, null));
    }

    @ParameterizedTest
    @CsvSource({
        "s, 1772360000, 1772360000000",
        "ms, 1772360000000, 1772360000000",
        "us, 1772360000000999, 1772360000000",
        "ns, 1772360000000999999, 1772360000000",
        "s, '\"2026-03-01T11:13:20+01:00\"', 1772360000000",
        "ns, '\"2026-03-01T10:13:20.123456789Z\"', 1772360000123",
    })
    void shouldReadTimesInTheirUnit(String unit, String time, long ms) throws MalformedClickException {
        Click click = read(format("clicks.time.unit", unit), "{'user_id':'u','item_id':'i','timestamp':" + time + "}");
        assertThat(click.timestampMs()).isEqualTo(ms);
    }

    @ParameterizedTest
    @CsvSource({"s, 253402300800", "us, -1", "ns, 9223372036854775808", "s, 9223372036854775807", "us, 1.5", "s, true"})
    void shouldRefuseTimesThatAreNoneInTheirUnit(String unit, String time) {
        assertMalformed(
                "bad-timestamp",
                format("clicks.time.unit", unit),
                "{'user_id':'u','item_id':'i','timestamp':" + time + "}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "not-json | ~~",
                "not-json | {'c':{'id':'u'},'item_id':'i','timestamp':5",
                "not-json | {'c':{'id':'u'},'item_id':'i','timestamp':5} {}",
                "not-an-object | []",
                "duplicate-field | {'c':{'id':'u'},'c':{'id':'u'},'item_id':'i','timestamp':5}",
                "duplicate-field | {'c':{'id':null,'id':'u'},'item_id':'i','timestamp':5}",
                "missing-user-id | {'user_id':'u','item_id':'i','timestamp':5}",
                "missing-user-id | {'c':'u','item_id':'i','timestamp':5}",
                "missing-user-id | {'c':null,'item_id':'i','timestamp':5}",
                "missing-user-id | {'c':['u'],'item_id':'i','timestamp':5}",
                "missing-item-id | {'c':{'id':'u'},'item_id':'','timestamp':5}",
                "missing-timestamp | {'c':{'id':'u'},'item_id':'i','timestamp':null}",
                "bad-timestamp | {'c':{'id':'u'},'item_id':'i','timestamp':''}",
                "bad-user-id | {'c':{'id':1.5},'item_id':'i','timestamp':5}",
                "bad-user-id | {'c':{'id':{}},'item_id':'i','timestamp':5}",
                "bad-user-id | {'c':{'id':'a\\u0000b'},'item_id':'i','timestamp':5}",
                "bad-item-id | {'c':{'id':'u'},'item_id':['i'],'timestamp':5}",
                "bad-event-type | {'c':{'id':'u'},'item_id':'i','timestamp':5,'event_type':7}",
                "bad-event-id | {'c':{'id':'u'},'item_id':'i','timestamp':5,'event_id':false}",
            })
    void shouldNameTheReasonWhenMappedJsonIsNoClick(String code, String json) {
        assertMalformed(code, format("clicks.field.user", "c.id"), json);
    }

    @Test
    void shouldNameThePathOfAFieldThatIsMissing() {
        assertThatExceptionOfType(MalformedClickException.class)
                .isThrownBy(() -> read(format("clicks.field.user", "c.id"), "{}"))
                .withMessage("c.id must be present and not empty");
    }

    @Test
    void shouldRefuseTextThatIsTooLong() {
        ClickFormat format = format("clicks.time.unit", "s");
        assertMalformed("id-too-long", format, "{'user_id':'" + "u".repeat(257) + "','item_id':'i','timestamp':5}");
        assertMalformed("record-too-large", format, " ".repeat((1 << 20) + 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'schema':{'type':'struct','fields':[]},'payload':{'user_id':7,'item_id':'shoes','timestamp':"
                        + "1772360000000,'event_type':'view','event_id':'e1'}}",
                "{'payload':{'event_id':'e1','user_id':7,'item_id':'shoes','timestamp':1772360000000,"
                        + "'event_type':'view'},'schema':null}",
            })
    void shouldReadThePayloadOfKafkaConnect(String json) throws MalformedClickException {
        assertThat(read(format("clicks.format", "connect"), json)).isEqualTo(CLICK);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "not-in-format | {'user_id':7,'item_id':'shoes','timestamp':1772360000000}",
                "not-in-format | {'schema':null,'payload':null}",
                "not-in-format | {'schema':null,'payload':'text'}",
                "missing-user-id | {'schema':null,'payload':{}}",
            })
    void shouldNameTheReasonWhenARecordHasNoPayload(String code, String json) {
        assertMalformed(code, format("clicks.format", "connect"), json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "u", "r"})
    void shouldReadTheRowAfterAChange(String operation) throws MalformedClickException {
        ClickFormat format = format("clicks.format", "debezium", "clicks.time.unit", "us", "clicks.field.id", "id");
        String change = "{'before':{'user_id':1},'after':{'id':1,'user_id':7,'item_id':'shoes','timestamp':"
                + "1772360000000000,'event_type':'view'},'source':{'ts_ms':5},'op':'" + operation + "','ts_ms':6}";
        Click click = new Click("7", "shoes", 1_772_360_000_000L, "view", "1");

        assertThat(read(format, change)).isEqualTo(click);
        assertThat(read(format, "{'schema':{'name':'x'},'payload':" + change + "}"))
                .isEqualTo(click);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'before':{'user_id':7},'after':null,'op':'d'}",
                "{'schema':{},'payload':{'op':'d','before':{'user_id':7},'after':null}}",
                "{'op':'t','source':{}}",
                "{'op':'m','message':{'prefix':'x'}}",
            })
    void shouldFindNoClickInAChangeThatLeavesNoRow(String json) throws MalformedClickException {
        ClickFormat format = format("clicks.format", "debezium");
        assertThat(format.read(bytes(json), new RecordHeaders())).isNull();
        assertThat(format.erasesUser(new RecordHeaders())).isFalse();
        assertThat(format.read(null, new RecordHeaders())).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "not-in-format | {'user_id':7,'item_id':'shoes','timestamp':1772360000000}",
                "not-in-format | {'op':'x','after':{}}",
                "not-in-format | {'op':3,'after':{}}",
                "not-in-format | {'op':'c','after':null}",
                "not-in-format | {'op':'c','after':'{}'}",
                "missing-user-id | {'op':'c','after':{}}",
                "duplicate-field | {'op':'c','after':{'user_id':1},'payload':{'op':'c'}}",
                "duplicate-field | {'op':'c','after':{},'payload':{'after':{}}}",
                "duplicate-field | {'op':'c','after':{},'after':{}}",
            })
    void shouldNameTheReasonWhenItIsNoChangeWithAClick(String code, String json) {
        assertMalformed(code, format("clicks.format", "debezium"), json);
    }

    @Test
    void shouldReadACloudEventInStructuredMode() throws MalformedClickException {
        Click click = new Click("7", "shoes", 1_772_360_000_000L, "view", "/web 1");
        String event = "{" + EVENT + ",'data':" + DATA + "}";
        ClickFormat format = format("clicks.format", "cloudevents");

        assertThat(read(format, event)).isEqualTo(click);
        assertThat(read(format, "{'data':" + DATA + ",'subject':'x'," + EVENT + "}"))
                .isEqualTo(click);
        for (String type :
                new String[] {"application/cloudevents+json", "Application/CloudEvents+JSON; charset=UTF-8"}) {
            assertThat(format.read(bytes(event), headers("content-type", type))).isEqualTo(click);
        }
    }

    @Test
    void shouldReadACloudEventInBinaryMode() throws MalformedClickException {
        ClickFormat format = format("clicks.format", "cloudevents");
        Click click = new Click("7", "shoes", 1_772_360_000_000L, "view", "/web 1");

        assertThat(format.read(bytes(DATA), binary())).isEqualTo(click);
        for (String type : new String[] {"application/json", "text/json;charset=utf-8", "application/vnd.shop+json"}) {
            assertThat(format.read(bytes(DATA), binary("content-type", type))).isEqualTo(click);
        }
    }

    @Test
    void shouldReadATimeThatIsAnIntegerAttributeAlikeInBothModes() throws MalformedClickException {
        ClickFormat format = format(
                "clicks.format", "cloudevents",
                "clicks.field.time", "ce_clickedat",
                "clicks.time.unit", "s");
        Click click = new Click("7", "shoes", 1_772_360_000_000L, "view", "/web 1");

        assertThat(read(format, "{" + EVENT + ",'clickedat':1772360000,'data':" + DATA + "}"))
                .isEqualTo(click);
        assertThat(read(format, DATA, binary("ce_clickedat", "1772360000"))).isEqualTo(click);
        assertThat(read(format, DATA, binary("ce_clickedat", "2026-03-01T10:13:20Z")))
                .isEqualTo(click);
    }

    @Test
    void shouldPreferMappedFieldsToTheAttributesOfACloudEvent() throws MalformedClickException {
        ClickFormat format = format(
                "clicks.format", "cloudevents",
                "clicks.field.user", "ce_subject",
                "clicks.field.item", "/ce_item",
                "clicks.field.time", "at",
                "clicks.field.type", "kind",
                "clicks.field.id", "event.id");
        String data = "{'ce_item':'shoes','at':5,'kind':'buy','event':{'id':'e2'}}";
        Click click = new Click("7", "shoes", 5, "buy", "e2");

        assertThat(read(format, "{" + EVENT + ",'subject':'7','data':" + data + "}"))
                .isEqualTo(click);
        assertThat(format.read(bytes(data), binary("ce_subject", "7"))).isEqualTo(click);
    }

    @Test
    void shouldReadNoDataWhenAllFieldsAreAttributes() throws MalformedClickException {
        ClickFormat format = format(
                "clicks.format", "cloudevents", "clicks.field.user", "ce_user", "clicks.field.item", "ce_subject");
        Click click = new Click("7", "shoes", 1_772_360_000_000L, "view", "/web 1");
        Headers headers = binary("ce_user", "7", "ce_subject", "shoes", "content-type", "application/protobuf");

        assertThat(format.read(new byte[] {1, 2}, headers)).isEqualTo(click);
        assertThat(format.read(null, headers)).isEqualTo(click);
        assertThat(read(format, "{" + EVENT + ",'user':'7','subject':'shoes','data_base64':'AQ=='}"))
                .isEqualTo(click);
    }

    @Test
    void shouldShortenAnIdAndSourceThatTogetherAreTooLong() throws MalformedClickException {
        ClickFormat format = format("clicks.format", "cloudevents");
        Click one = read(format, DATA, binary("ce_source", "/" + "a".repeat(300), "ce_id", "1"));
        Click other = read(format, DATA, binary("ce_source", "/" + "a".repeat(300), "ce_id", "2"));

        assertThat(one.eventId()).hasSize(64).isNotEqualTo(other.eventId());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "not-in-format | {'user_id':7,'item_id':'shoes','timestamp':1772360000000}",
                "not-in-format | {'specversion':'0.3','id':'1','source':'/web','type':'view','data':{}}",
                "not-in-format | {'specversion':1.0,'id':'1','source':'/web','type':'view','data':{}}",
                "not-in-format | {'specversion':'1.0','id':'1','source':'/web','type':'view'}",
                "not-in-format | {'specversion':'1.0','id':'1','source':'/web','type':'view','data':'text'}",
                "not-in-format | {'specversion':'1.0','id':'1','source':'/web','type':'view','data_base64':'e30='}",
                "not-in-format | {'specversion':'1.0','source':'/web','time':'2026-03-01T10:13:20Z','data':{}}",
                "not-in-format | {'specversion':'1.0','id':'1','source':'','data':{}}",
                "missing-user-id | {'specversion':'1.0','id':'1','source':'/web','data':{}}",
                "missing-timestamp | {'specversion':'1.0','id':'1','source':'/web','data':{'user_id':1,'item_id':2}}",
                "bad-timestamp | {'specversion':'1.0','id':'1','source':'/web','time':'today','data':{}}",
                "duplicate-field | {'specversion':'1.0','id':'1','id':'1','source':'/web','data':{}}",
            })
    void shouldNameTheReasonWhenItIsNoCloudEventWithAClick(String code, String json) {
        assertMalformed(code, format("clicks.format", "cloudevents"), json);
    }

    @Test
    void shouldNameTheReasonWhenTheHeadersOfACloudEventAreWrong() {
        assertBinaryMalformed("not-in-format", DATA, "content-type", "application/avro");
        assertBinaryMalformed("not-in-format", DATA, "content-type", "application/cloudevents+avro");
        assertBinaryMalformed("not-in-format", DATA, "content-type", "application/cloudevents-batch+json");
        assertBinaryMalformed("not-in-format", DATA, "ce_specversion", "1.1");
        assertBinaryMalformed("not-in-format", DATA, "ce_id", "");
        assertBinaryMalformed("not-in-format", null);
        assertBinaryMalformed("not-in-format", null, "content-type", "application/cloudevents+json");
        assertBinaryMalformed("bad-timestamp", DATA, "ce_time", "today");
        assertBinaryMalformed("bad-timestamp", DATA, "ce_time", "-1");
        assertBinaryMalformed("bad-timestamp", DATA, "ce_time", "1".repeat(20));
        assertBinaryMalformed("event-type-too-long", DATA, "ce_type", "t".repeat(65));
        assertBinaryMalformed("not-json", "{", "ce_id", "2");
        assertBinaryMalformed("missing-user-id", "{}", "ce_id", "2");
    }

    @Test
    void shouldRefuseAHeaderThatIsNotUtf8() {
        Headers headers = binary();
        headers.add("ce_id", new byte[] {(byte) 0xff});
        assertThatExceptionOfType(MalformedClickException.class)
                .isThrownBy(() -> format("clicks.format", "cloudevents").read(bytes(DATA), headers))
                .withMessage("header must be UTF-8: name=ce_id");
    }

    @Test
    void shouldEraseByATombstoneThatIsNoEvent() {
        ClickFormat format = format("clicks.format", "cloudevents");
        assertThat(format.erasesUser(new RecordHeaders())).isTrue();
        assertThat(format.erasesUser(binary())).isFalse();
        assertThat(format.erasesUser(headers("content-type", "application/cloudevents+json")))
                .isFalse();
        assertThat(format("clicks.format", "connect").erasesUser(new RecordHeaders()))
                .isTrue();
    }

    private static void assertBinaryMalformed(String code, @Nullable String data, String... more) {
        ClickFormat format = format("clicks.format", "cloudevents");
        assertThatExceptionOfType(MalformedClickException.class)
                .isThrownBy(() -> format.read(data == null ? null : bytes(data), binary(more)))
                .satisfies(e -> assertThat(e.reason().code()).isEqualTo(code));
    }

    private static void assertMalformed(String code, ClickFormat format, String json) {
        assertThatExceptionOfType(MalformedClickException.class)
                .isThrownBy(() -> read(format, json))
                .satisfies(e -> assertThat(e.reason().code()).isEqualTo(code));
    }

    private static Click read(ClickFormat format, String json) throws MalformedClickException {
        return read(format, json, new RecordHeaders());
    }

    private static Click read(ClickFormat format, String json, Headers headers) throws MalformedClickException {
        return Objects.requireNonNull(format.read(bytes(json), headers), json);
    }

    private static ClickFormat format(String... settings) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return FreshetConfig.of(all).clickFormat();
    }

    private static Headers binary(String... more) {
        Headers headers = headers(
                "ce_specversion", "1.0",
                "ce_id", "1",
                "ce_source", "/web",
                "ce_type", "view",
                "ce_time", "2026-03-01T10:13:20Z");
        for (int i = 0; i < more.length; i += 2) {
            headers.add(more[i], more[i + 1].getBytes(UTF_8));
        }
        return headers;
    }

    private static Headers headers(String... texts) {
        RecordHeaders headers = new RecordHeaders();
        for (int i = 0; i < texts.length; i += 2) {
            headers.add(texts[i], texts[i + 1].getBytes(UTF_8));
        }
        return headers;
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(UTF_8);
    }
}

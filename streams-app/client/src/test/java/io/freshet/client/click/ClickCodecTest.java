package io.freshet.client.click;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.freshet.client.click.MalformedClickException.Reason;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClickCodecTest {
    private static final String FULL =
            "{\"user_id\":\"u1\",\"item_id\":\"i\\\"2\",\"timestamp\":1700000000123,\"event_type\":\"view\",\"event_id\":\"e-1\"}";

    @Test
    void shouldReadAndWriteGoldenJson() throws MalformedClickException {
        Click click = new Click("u1", "i\"2", 1_700_000_000_123L, "view", "e-1");
        assertThat(parse(FULL)).isEqualTo(click);
        assertThat(new String(ClickCodec.toJson(click), UTF_8)).isEqualTo(FULL);
    }

    @Test
    void shouldLeaveOutFieldsWhenAbsent() throws MalformedClickException {
        String json = "{\"user_id\":\"é\",\"item_id\":\"i\",\"timestamp\":0}";
        assertThat(new String(ClickCodec.toJson(new Click("é", "i", 0, null, null)), UTF_8))
                .isEqualTo(json);
        assertThat(parse(json)).isEqualTo(new Click("é", "i", 0, null, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'user_id':'12','item_id':'-34','timestamp':5}",
                " {'user_id':12,'item_id':-34,'timestamp':5} \n",
                "{'timestamp':5,'item_id':-34,'user_id':12}",
                "{'user_id':12,'item_id':-34,'timestamp':5,'event_type':null,'event_id':null}",
                "{'user_id':12,'item_id':-34,'timestamp':5,'event_type':'','event_id':''}",
                "{'user_id':12,'item_id':-34,'timestamp':'1970-01-01T00:00:00.005Z'}",
                "{'x':{'user_id':'no',"
                        + "'y':[1,{'item_id':3}]},'user_id':12,'price':1e9999,'item_id':-34,'z':[],'z':2,'timestamp':5}",
                "{'\\u0075ser_id':12,'item_id':'\\u002d34','timestamp':5}",
            })
    void shouldReadTheSameClickWhenItIsWrittenDifferently(String json) throws MalformedClickException {
        assertThat(parse(json.replace('\'', '"'))).isEqualTo(new Click("12", "-34", 5, null, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "not-json | ~~",
                "not-json | nothing",
                "not-json | {",
                "not-json | {'user_id':'u','item_id':'i','timestamp':5",
                "not-json | {'user_id':'u','item_id':'i','timestamp':5}}",
                "not-json | {'user_id':'u','item_id':'i','timestamp':5} {}",
                "not-json | {'user_id':'u','item_id':'i','timestamp':05}",
                "not-json | {'user_id':'u','item_id':'i','timestamp':NaN}",
                "not-json | {'user_id':'u','item_id':'i','timestamp':5,}",
                "not-json | {user_id:'u','item_id':'i','timestamp':5}",
                "not-json | {'user_id':'u' /* */,'item_id':'i','timestamp':5}",
                "not-an-object | []",
                "not-an-object | 'u'",
                "not-an-object | null",
                "not-an-object | 7",
                "duplicate-field | {'user_id':'u','user_id':'u','item_id':'i','timestamp':5}",
                "duplicate-field | {'user_id':'u','item_id':'i','timestamp':5,'event_id':null,'event_id':'e'}",
                "bad-user-id | {'user_id':'a\\u0000b','item_id':'i','timestamp':5}",
                "bad-user-id | {'user_id':'\\u009f','item_id':'i','timestamp':5}",
                "bad-item-id | {'user_id':'u','item_id':'\\u007fi','timestamp':5}",
                "missing-user-id | {}",
                "missing-user-id | {'user_id':null,'item_id':'i','timestamp':5}",
                "missing-user-id | {'user_id':'','item_id':'i','timestamp':5}",
                "missing-item-id | {'user_id':'u','timestamp':5}",
                "missing-item-id | {'user_id':'u','item_id':'','timestamp':5}",
                "missing-timestamp | {'user_id':'u','item_id':'i'}",
                "missing-timestamp | {'user_id':'u','item_id':'i','timestamp':null}",
                "bad-user-id | {'user_id':1.5,'item_id':'i','timestamp':5}",
                "bad-user-id | {'user_id':true,'item_id':'i','timestamp':5}",
                "bad-user-id | {'user_id':'\\ud800','item_id':'i','timestamp':5}",
                "bad-item-id | {'user_id':'u','item_id':['i'],'timestamp':5}",
                "bad-item-id | {'user_id':'u','item_id':{'user_id':'u'},'timestamp':5}",
                "bad-timestamp | {'user_id':'u','item_id':'i','timestamp':5.0}",
                "bad-timestamp | {'user_id':'u','item_id':'i','timestamp':-5}",
                "bad-timestamp | {'user_id':'u','item_id':'i','timestamp':253402300800000}",
                "bad-timestamp | {'user_id':'u','item_id':'i','timestamp':99999999999999999999999999}",
                "bad-timestamp | {'user_id':'u','item_id':'i','timestamp':false}",
                "bad-timestamp | {'user_id':'u','item_id':'i','timestamp':'yesterday'}",
                "bad-timestamp | {'user_id':'u','item_id':'i','timestamp':'1969-12-31T23:59:59.999Z'}",
                "bad-event-type | {'user_id':'u','item_id':'i','timestamp':5,'event_type':7}",
                "bad-event-id | {'user_id':'u','item_id':'i','timestamp':5,'event_id':7}",
            })
    void shouldNameTheReasonWhenItIsNoClick(String code, String json) {
        assertMalformed(code, json.replace('\'', '"'));
    }

    @Test
    void shouldRefuseTextWhenItIsTooLong() throws MalformedClickException {
        assertThat(parse(click("é".repeat(128), "v".repeat(64), "e".repeat(256)))
                        .userId())
                .hasSize(128);
        assertMalformed("id-too-long", click("é".repeat(128) + "x", "v", "e"));
        assertMalformed("id-too-long", "{\"user_id\":" + "9".repeat(257) + "}");
        assertMalformed("event-type-too-long", click("u", "v".repeat(65), "e"));
        assertMalformed("event-id-too-long", click("u", "v", "e".repeat(257)));
    }

    @Test
    void shouldRefuseRecordWhenItIsLargerThan64KiB() throws MalformedClickException {
        String json = "{\"user_id\":\"u\",\"item_id\":\"i\",\"timestamp\":5}";
        String padding = " ".repeat(ClickCodec.MAX_RECORD_BYTES - json.length());
        assertThat(parse(json + padding).timestampMs()).isEqualTo(5);
        assertMalformed("record-too-large", json + padding + " ");
    }

    @Test
    void shouldRefuseRecordWhenItIsNestedDeeply() {
        assertMalformed("not-json", "{\"x\":" + "[".repeat(30_000) + "]".repeat(30_000) + "}");
    }

    @Test
    void shouldTakeInOrRefuseButNeverFailWhenManyNamesAreForeign() throws MalformedClickException {
        StringBuilder json = new StringBuilder("{\"user_id\":\"u\",\"item_id\":\"i\",\"timestamp\":5");
        for (int i = 0; i < 4000; i++) {
            json.append(",\"n").append(i * 7919).append("\":0");
        }
        assertThat(parse(json.append('}').toString()).userId()).isEqualTo("u");
    }

    @Test
    void shouldRefuseEveryTruncation() {
        byte[] json = FULL.getBytes(UTF_8);
        for (int length = 0; length < json.length; length++) {
            assertMalformed("not-json", Arrays.copyOf(json, length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x80, 0xc3, 0xff})
    void shouldRefuseTextWhenItIsNotUtf8(int wrong) {
        byte[] json = FULL.getBytes(UTF_8);
        json[FULL.indexOf("u1")] = (byte) wrong;
        assertMalformed("not-json", json);
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaveACodeInKebabCaseWhenAReason(Reason reason) {
        assertThat(reason.code().replace('-', '_')).isEqualToIgnoringCase(reason.name());
    }

    @Test
    void shouldRefuseClickWhenItCouldNotBeReadBack() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Click("u".repeat(257), "i", 0, null, null))
                .withMessageContaining("bytes=257");
        assertThatIllegalArgumentException().isThrownBy(() -> new Click("u", "", 0, null, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new Click("u", "i", -1, null, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new Click("u", "i", 0, "", null));
        assertThatIllegalArgumentException().isThrownBy(() -> new Click("u", "i", 0, null, "\uD83D"));
    }

    private static String click(String userId, String eventType, String eventId) {
        return "{\"user_id\":\"" + userId + "\",\"item_id\":\"i\",\"timestamp\":5,\"event_type\":\"" + eventType
                + "\",\"event_id\":\"" + eventId + "\"}";
    }

    private static Click parse(String json) throws MalformedClickException {
        return ClickCodec.parse(json.getBytes(UTF_8));
    }

    private static void assertMalformed(String code, String json) {
        assertMalformed(code, json.getBytes(UTF_8));
    }

    private static void assertMalformed(String code, byte[] json) {
        assertThatExceptionOfType(MalformedClickException.class)
                .as(new String(json, UTF_8))
                .isThrownBy(() -> ClickCodec.parse(json))
                .satisfies(e -> assertThat(e.reason().code()).isEqualTo(code));
    }
}

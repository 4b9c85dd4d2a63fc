package io.freshet.service.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.item.CatalogueItem;
import io.freshet.client.item.CatalogueItemCodec;
import io.freshet.client.recommendation.MalformedRecommendationException;
import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.recommendation.RecommendationCodec;
import io.freshet.client.request.ItemSelection;
import io.freshet.client.request.RecommendationRequest;
import io.freshet.client.request.RequestWriter;
import io.freshet.fuzz.Texts;
import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the codecs write is valid by the schemas of the public topics. */
final class ContractProperties {
    private static final ContractSchemas SCHEMAS = new ContractSchemas();

    @Property(tries = 500)
    void shouldAcceptEveryClickThatIsWritten(@ForAll("clicks") Click click) throws IOException {
        assertThat(SCHEMAS.violations("click", ClickCodec.toJson(click))).isEmpty();
    }

    @Property(tries = 500)
    void shouldAcceptEveryRecommendationThatIsWritten(@ForAll("recommendations") Recommendation recommendation)
            throws IOException, MalformedRecommendationException {
        byte[] json = RecommendationCodec.toJson(recommendation);

        assertThat(SCHEMAS.violations("recommendation", json)).isEmpty();
        assertThat(RecommendationCodec.parse(json)).isEqualTo(recommendation);
    }

    @Property(tries = 500)
    void shouldAcceptEveryRequestThatIsWritten(@ForAll("requests") RecommendationRequest request) throws IOException {
        assertThat(SCHEMAS.violations("recommendation-request", RequestWriter.toJson(request)))
                .isEmpty();
    }

    @Property(tries = 200)
    void shouldAcceptEveryItemThatIsWritten(@ForAll("items") CatalogueItem item) throws IOException {
        assertThat(SCHEMAS.violations("catalogue-item", CatalogueItemCodec.toJson(item)))
                .isEmpty();
    }

    @Provide
    Arbitrary<Click> clicks() {
        return Combinators.combine(
                        ids(),
                        ids(),
                        Arbitraries.longs().between(0, Click.MAX_TIMESTAMP_MS),
                        Texts.ofLength(1, 16).injectNull(0.3),
                        Texts.ofLength(1, 64).injectNull(0.3))
                .as(Click::new);
    }

    @Provide
    Arbitrary<Recommendation> recommendations() {
        Arbitrary<List<Recommendation.Because>> because = Combinators.combine(ids(), scores())
                .as(Recommendation.Because::new)
                .list()
                .ofMaxSize(3);
        Arbitrary<Recommendation.Item> items =
                Combinators.combine(ids(), scores(), because.injectNull(0.5)).as(Recommendation.Item::new);
        Arbitrary<Recommendation.Model> models =
                Combinators.combine(ids(), Arbitraries.longs()).as(Recommendation.Model::new);
        Arbitrary<Recommendation.Cause> causes = Combinators.combine(
                        ids(),
                        Arbitraries.integers().greaterOrEqual(0),
                        Arbitraries.longs().greaterOrEqual(0),
                        Arbitraries.longs().greaterOrEqual(-1))
                .as(Recommendation.Cause::new);
        return Combinators.combine(
                        ids().injectNull(0.2),
                        items.list().ofMaxSize(4),
                        models.injectNull(0.3),
                        Texts.ofLength(0, 8),
                        ids().injectNull(0.5),
                        causes.injectNull(0.3),
                        Arbitraries.longs().greaterOrEqual(0))
                .as(Recommendation::new);
    }

    @Provide
    Arbitrary<RecommendationRequest> requests() {
        Arbitrary<List<RecommendationRequest.Event>> histories = Combinators.combine(
                        ids(),
                        Arbitraries.longs()
                                .between(0, Click.MAX_TIMESTAMP_MS)
                                .map(ms -> ms % 3 == 0 ? RecommendationRequest.JUST_NOW : ms),
                        Texts.ofLength(1, 16).injectNull(0.5))
                .as(RecommendationRequest.Event::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
        Arbitrary<ItemSelection> selections = Combinators.combine(
                        ids().set().ofMaxSize(3),
                        ids().set().ofMinSize(1).ofMaxSize(3).injectNull(0.5),
                        ids().set().ofMaxSize(3),
                        Arbitraries.integers().between(0, 9),
                        scores())
                .as(ItemSelection::new);
        Arbitrary<Integer> counts = Arbitraries.integers().between(1, 100);
        Arbitrary<Boolean> flags = Arbitraries.of(true, false);
        return Arbitraries.oneOf(
                Combinators.combine(ids(), counts, selections, flags)
                        .as((user, k, selection, why) -> new RecommendationRequest(user, null, k, selection, why)),
                Combinators.combine(histories, counts, selections, flags)
                        .as((history, k, selection, why) ->
                                new RecommendationRequest(null, history, k, selection, why)));
    }

    @Provide
    Arbitrary<CatalogueItem> items() {
        return Combinators.combine(
                        Texts.ofLength(0, 20).list().ofMaxSize(4),
                        Arbitraries.of(true, false),
                        Texts.ofLength(0, 20).injectNull(0.3),
                        Arbitraries.floats().list().ofMaxSize(4))
                .as(CatalogueItem::new);
    }

    private static Arbitrary<Float> scores() {
        return Arbitraries.floats().between(0f, 1f);
    }

    private static Arbitrary<String> ids() {
        return Texts.ofLength(1, 64).map(text -> text.replaceAll("\\p{Cc}", "x"));
    }
}

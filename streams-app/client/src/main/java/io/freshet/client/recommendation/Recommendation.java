package io.freshet.client.recommendation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A recommendation, as it is on the topic {@code recommendations} and in answers over HTTP. Immutable.
 *
 * @param userId the user; null if the recommendation is not about a user that Freshet knows
 * @param items best first; fewer than requested only if no more items qualify
 * @param model the model at the time of the answer; null if there was none, or none was asked
 * @param variant name of the variant that answered; empty if there is only one
 * @param fallback why the items are popular items, as a code of {@link Fallback}; null if they come from the model. Later
 *     versions of Freshet may have more codes
 * @param cause the record that is answered; null in an answer over HTTP
 * @param generatedAt epoch milliseconds
 */
public record Recommendation(
        @Nullable String userId,
        List<Item> items,
        @JsonInclude(Include.ALWAYS) @Nullable Model model,

        @JsonInclude(Include.NON_EMPTY)
        @JsonPropertyDescription("The variant that answers; absent if there is only one.")
        String variant,

        @JsonPropertyDescription("Why the answer has popular items; absent if the items come from the model.") @Nullable
        String fallback,

        @JsonPropertyDescription("The record that is answered; absent in an answer over HTTP.") @Nullable
        Cause cause,

        @JsonPropertyDescription("Milliseconds since 1970.") long generatedAt) {
    public Recommendation {
        items = List.copyOf(items);
    }

    /**
     * An item of a recommendation.
     *
     * @param score probability that the item is next according to the model, 0 for an item that the model does not know; for a popular
     *     item, its share of the time-decayed clicks; for a similar item, the cosine of the two item vectors
     * @param because past items of the user that explain the item, largest weight first; null if not requested
     */
    public record Item(String itemId, float score, @Nullable List<Because> because) {
        public Item {
            because = because == null ? null : List.copyOf(because);
        }
    }

    /**
     * A past item of the user that explains an item.
     *
     * @param weight how much less probable the item would be without that item in the history, as a share of its
     *     probability: in (0, 1]
     */
    public record Because(String itemId, float weight) {}

    /**
     * State of a model.
     *
     * @param version version of the newest snapshot at or before this state
     * @param step number of training steps
     */
    @JsonTypeName("ModelState")
    public record Model(String version, long step) {}

    /**
     * The record that a recommendation answers.
     *
     * @param timestamp time of the record, in epoch milliseconds
     */
    public record Cause(
            String topic,
            int partition,
            long offset,

            @JsonPropertyDescription("Time of the record, in milliseconds since 1970.")
            long timestamp) {}
}

package io.freshet.app.cli.fit;

import io.freshet.training.fit.HeldOutAccuracy;
import java.util.Locale;

/** The nine figures of leave-one-out evaluation, named as {@code --json} writes them. */
public record LeaveOneOutMetrics(
        double hr5,
        double hr10,
        double hr20,
        double ndcg5,
        double ndcg10,
        double ndcg20,
        double mrr5,
        double mrr10,
        double mrr20) {
    public static final String HEADER = "               HR@5   @10   @20    NDCG@5   @10   @20     MRR@5   @10   @20";

    public static LeaveOneOutMetrics of(HeldOutAccuracy accuracy) {
        return new LeaveOneOutMetrics(
                accuracy.at5().hr(),
                accuracy.at10().hr(),
                accuracy.at20().hr(),
                accuracy.at5().ndcg(),
                accuracy.at10().ndcg(),
                accuracy.at20().ndcg(),
                accuracy.at5().mrr(),
                accuracy.at10().mrr(),
                accuracy.at20().mrr());
    }

    /** Returns a line of the table under {@link #HEADER}. */
    public String row(String name) {
        return String.format(
                Locale.ROOT,
                "  %-11s %s %s %s     %s %s %s     %s %s %s",
                name,
                share(hr5),
                share(hr10),
                share(hr20),
                share(ndcg5),
                share(ndcg10),
                share(ndcg20),
                share(mrr5),
                share(mrr10),
                share(mrr20));
    }

    /** Formats a share with four decimals and without the leading zero, as papers do. */
    public static String share(double value) {
        String text = String.format(Locale.ROOT, "%.4f", value);
        return text.startsWith("0") ? text.substring(1) : "1.000";
    }
}

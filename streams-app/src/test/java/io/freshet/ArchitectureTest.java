package io.freshet;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaConstructor.CONSTRUCTOR_NAME;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.text.DateFormat;
import java.text.DateFormatSymbols;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.time.format.DateTimeFormatter;
import java.util.Formatter;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.jspecify.annotations.NullMarked;

/** Allowed dependencies between the classes of all modules. CONTRIBUTING.md describes the same rules. */
@AnalyzeClasses(packages = "io.freshet", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String[] MODEL_STORE = {
        "io.freshet.event..",
        "io.freshet.sequence..",
        "io.freshet.vocabulary..",
        "io.freshet.format..",
        "io.freshet.snapshot..",
        "io.freshet.store..",
        "io.freshet.delta.."
    };
    private static final String[] TRAINER = {
        "io.freshet.jvm..",
        "io.freshet.tensor..",
        "io.freshet.ivf..",
        "io.freshet.encoder..",
        "io.freshet.dl4j..",
        "io.freshet.loss..",
        "io.freshet.sampling..",
        "io.freshet.optimizer..",
        "io.freshet.model..",
        "io.freshet.replay..",
        "io.freshet.cooccurrence..",
        "io.freshet.metrics..",
        "io.freshet.liveness..",
        "io.freshet.evaluation..",
        "io.freshet.online..",
        "io.freshet.offline..",
        "io.freshet.prequential..",
        "io.freshet.continual.."
    };
    private static final String[] STREAMS_APP = {
        "io.freshet.config..",
        "io.freshet.clickfile..",
        "io.freshet.variant..",
        "io.freshet.check..",
        "io.freshet.export..",
        "io.freshet.output..",
        "io.freshet.sequencer..",
        "io.freshet.scoring..",
        "io.freshet.training..",
        "io.freshet.http..",
        "io.freshet.telemetry..",
        "io.freshet.topology..",
        "io.freshet.cli..",
        "io.freshet.demo..",
        "io.freshet.plot.."
    };
    /** Methods by class that use the default locale if no argument specifies one. */
    private static final Map<Class<?>, Set<String>> DEFAULT_LOCALE_CALLS = Map.of(
            String.class, Set.of("format", "formatted", "toUpperCase", "toLowerCase"),
            PrintStream.class, Set.of("format", "printf"),
            PrintWriter.class, Set.of("format", "printf"),
            Formatter.class, Set.of(CONSTRUCTOR_NAME),
            DateTimeFormatter.class, Set.of("ofPattern", "ofLocalizedDate", "ofLocalizedTime", "ofLocalizedDateTime"),
            NumberFormat.class,
                    Set.of(
                            "getInstance",
                            "getNumberInstance",
                            "getIntegerInstance",
                            "getPercentInstance",
                            "getCurrencyInstance",
                            "getCompactNumberInstance"),
            DecimalFormat.class, Set.of(CONSTRUCTOR_NAME),
            DateFormat.class, Set.of(CONSTRUCTOR_NAME, "getInstance", "getDateInstance", "getTimeInstance"),
            MessageFormat.class, Set.of(CONSTRUCTOR_NAME, "format"));

    private static final Set<String> NAMES_THAT_SAY_NOTHING =
            Set.of("util", "utils", "common", "commons", "impl", "manager", "managers", "helper", "helpers", "misc");

    @ArchTest
    static final ArchRule modulesDependOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("model-store")
            .definedBy(MODEL_STORE)
            .layer("trainer")
            .definedBy(TRAINER)
            .layer("streams-app")
            .definedBy(STREAMS_APP)
            .whereLayer("streams-app")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("trainer")
            .mayOnlyBeAccessedByLayers("streams-app")
            .whereLayer("model-store")
            .mayOnlyBeAccessedByLayers("trainer", "streams-app")
            .ensureAllClassesAreContainedInArchitecture();

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.freshet.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theContractKnowsNeitherKafkaNorNd4j = noClasses()
            .that()
            .resideInAnyPackage(MODEL_STORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "kafka..", "org.nd4j..", "org.bytedeco..");

    @ArchTest
    static final ArchRule nd4jIsReachedOnlyThroughTheTensors = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.freshet.tensor..",
                    "io.freshet.encoder..",
                    "io.freshet.dl4j..",
                    "io.freshet.loss..",
                    "io.freshet.optimizer..",
                    "io.freshet.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.nd4j..", "org.bytedeco..");

    @ArchTest
    static final ArchRule s3IsReachedOnlyThroughTheStore = noClasses()
            .that()
            .resideOutsideOfPackage("io.freshet.store..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("software.amazon..");

    @ArchTest
    static final ArchRule rocksDbIsTunedInOnePlace = noClasses()
            .that(not(belongTo(assignableTo(RocksDBConfigSetter.class))))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.rocksdb..");

    @ArchTest
    static final ArchRule onlyTheCommandLineReachesTheDemo = noClasses()
            .that(not(resideInAnyPackage("io.freshet.demo..", "io.freshet.cli..")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.freshet.demo..");

    @ArchTest
    static final ArchRule theBrokerItselfIsOnlyInTheDemo = noClasses()
            .that()
            .resideOutsideOfPackage("io.freshet.demo..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("kafka..", "org.apache.kafka.metadata..", "org.apache.kafka.server..");

    @ArchTest
    static final ArchRule loggingGoesThroughSlf4j = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule onlyConsolesWriteToStandardStreams = noClasses()
            .that(not(resideInAnyPackage("io.freshet.demo..", "io.freshet.cli..")))
            .should(ACCESS_STANDARD_STREAMS);

    @ArchTest
    static final ArchRule formatsNameTheirLocale = noClasses()
            .should()
            .accessTargetWhere(
                    describe("formats or changes case in the default locale", ArchitectureTest::usesDefaultLocale))
            .because("digits, signs and letters of names, files and numbers must not depend on the machine's locale:"
                    + " use Locale.ROOT");

    @ArchTest
    static final ArchRule packagesAreNamedAfterConcepts = noClasses()
            .should()
            .resideInAnyPackage(NAMES_THAT_SAY_NOTHING.stream()
                    .map(name -> ".." + name + "..")
                    .toArray(String[]::new));

    @ArchTest
    static final ArchRule packagesAreNullMarked = classes().should(resideInANullMarkedPackage());

    @ArchTest
    static final ArchRule concreteClassesAreFinal = classes()
            .that()
            .areNotInterfaces()
            .and()
            .doNotHaveModifier(JavaModifier.ABSTRACT)
            .and()
            .areNotEnums()
            .and(describe("are written by hand", type -> !type.getModifiers().contains(JavaModifier.SYNTHETIC)))
            .should()
            .haveModifier(JavaModifier.FINAL);

    private static boolean usesDefaultLocale(JavaAccess<?> access) {
        return access instanceof JavaCodeUnitAccess<?> call
                && DEFAULT_LOCALE_CALLS.entrySet().stream()
                        .anyMatch(entry -> call.getTargetOwner().isAssignableTo(entry.getKey())
                                && entry.getValue().contains(call.getName()))
                && call.getTarget().getRawParameterTypes().stream()
                        .noneMatch(type -> type.isEquivalentTo(Locale.class)
                                || type.isEquivalentTo(DecimalFormatSymbols.class)
                                || type.isEquivalentTo(DateFormatSymbols.class));
    }

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package that is @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                String message = type.getName() + (marked ? " is" : " is not") + " in a @NullMarked package";
                events.add(new SimpleConditionEvent(type, marked, message));
            }
        };
    }
}

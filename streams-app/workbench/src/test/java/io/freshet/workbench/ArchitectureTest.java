package io.freshet.workbench;

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
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.freshet.model.tensor.Lanes;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.text.DateFormat;
import java.text.DateFormatSymbols;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.jspecify.annotations.NullMarked;

/** Allowed dependencies between the classes of all modules. CONTRIBUTING.md describes the same rules. */
@AnalyzeClasses(packages = "io.freshet", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String CLIENT = "io.freshet.client..";
    private static final String MODEL_STORE = "io.freshet.store..";
    private static final String MODEL = "io.freshet.model..";
    private static final String TRAINING = "io.freshet.training..";
    private static final String LAB = "io.freshet.lab..";
    private static final String DL4J = "io.freshet.dl4j..";
    private static final String TESTKIT = "io.freshet.testkit..";
    private static final String SERVICE = "io.freshet.service..";
    private static final String APP = "io.freshet.app..";
    private static final String COMMAND_LINE = "io.freshet.app.cli..";
    private static final String WORKBENCH = "io.freshet.workbench..";

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

    /** Classes that Kafka and the JDK do not offer for use by others, and that may change with any release. */
    private static final Pattern INTERNAL = Pattern.compile(
            "^(org\\.apache\\.kafka\\..*\\binternals\\.|kafka\\.|org\\.apache\\.kafka\\.(metadata|server)\\."
                    + "|sun\\.|jdk\\.internal\\.)");

    /** The internal classes that are used, by the class that uses them. */
    private static final Map<String, Set<String>> INTERNAL_CLASSES = Map.ofEntries(
            Map.entry("AnswerSpans", Set.of("org.apache.kafka.common.header.internals.RecordHeaders")),
            Map.entry("ClickFeeder", Set.of("org.apache.kafka.clients.producer.internals.BuiltInPartitioner")),
            Map.entry(
                    "CommitHook",
                    Set.of(
                            "org.apache.kafka.streams.processor.internals.InternalProcessorContext",
                            "org.apache.kafka.streams.state.internals.CacheFlushListener",
                            "org.apache.kafka.streams.state.internals.CachedStateStore")),
            Map.entry(
                    "KafkaNode",
                    Set.of(
                            "kafka.server.KafkaConfig",
                            "kafka.server.KafkaRaftServer",
                            "org.apache.kafka.metadata.storage.Formatter",
                            "org.apache.kafka.server.common.MetadataVersion")),
            Map.entry("ManifestIndex", Set.of("org.apache.kafka.common.header.internals.RecordHeader")),
            Map.entry("PassedHeaders", Set.of("org.apache.kafka.common.header.internals.RecordHeaders")),
            Map.entry("ProducedClicks", Set.of("org.apache.kafka.common.header.internals.RecordHeader")),
            Map.entry("RecordFailures", Set.of("org.apache.kafka.common.header.internals.RecordHeaders")),
            Map.entry(
                    "SourcePartitions",
                    Set.of("org.apache.kafka.streams.processor.internals.StreamsPartitionAssignor")),
            Map.entry("TextForms", Set.of("org.apache.kafka.common.internals.Topic")));

    /** The classes of a compiler directive, as the JVM prints them. */
    private static final Pattern DIRECTIVE = Pattern.compile("(?m)^ matching: (io/freshet/.*)$");

    /** A package with more files is hard to survey. */
    private static final int MOST_FILES = 30;

    private static final Set<String> NAMES_THAT_SAY_NOTHING =
            Set.of("util", "utils", "common", "commons", "impl", "manager", "managers", "helper", "helpers", "misc");

    @ArchTest
    static final ArchRule modulesDependOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("client")
            .definedBy(CLIENT)
            .layer("model-store")
            .definedBy(MODEL_STORE)
            .layer("model")
            .definedBy(MODEL)
            .layer("training")
            .definedBy(TRAINING)
            .layer("lab")
            .definedBy(LAB)
            .layer("dl4j")
            .definedBy(DL4J)
            .layer("testkit")
            .definedBy(TESTKIT)
            .layer("service")
            .definedBy(SERVICE)
            .layer("app")
            .definedBy(APP)
            .layer("workbench")
            .definedBy(WORKBENCH)
            .whereLayer("workbench")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("app")
            .mayOnlyBeAccessedByLayers("workbench")
            .whereLayer("service")
            .mayOnlyBeAccessedByLayers("app", "workbench")
            .whereLayer("testkit")
            .mayOnlyBeAccessedByLayers("workbench")
            .whereLayer("lab")
            .mayOnlyBeAccessedByLayers("workbench")
            .whereLayer("dl4j")
            .mayOnlyBeAccessedByLayers("app")
            .whereLayer("training")
            .mayOnlyBeAccessedByLayers("lab", "testkit", "service", "app", "workbench")
            .whereLayer("model")
            .mayOnlyBeAccessedByLayers("training", "lab", "dl4j", "testkit", "service", "app", "workbench")
            .whereLayer("model-store")
            .mayOnlyBeAccessedByLayers("model", "training", "lab", "dl4j", "testkit", "service", "app", "workbench")
            .whereLayer("client")
            .mayOnlyBeAccessedByLayers(
                    "model-store", "model", "training", "lab", "dl4j", "testkit", "service", "app", "workbench")
            .ensureAllClassesAreContainedInArchitecture();

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.freshet.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesHaveAtMostThirtyFiles =
            classes().that().areTopLevelClasses().should(resideInASmallPackage());

    @ArchTest
    static final ArchRule theContractKnowsNeitherKafkaNorNd4j = noClasses()
            .that()
            .resideInAnyPackage(MODEL_STORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "kafka..", "org.nd4j..", "org.bytedeco..");

    /** A program that uses the client has only Kafka's client, Jackson and the client itself on its class path. */
    @ArchTest
    static final ArchRule theClientNeedsOnlyKafkasClientAndJackson = classes()
            .that()
            .resideInAPackage(CLIENT)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    CLIENT,
                    "java..",
                    "com.fasterxml.jackson..",
                    "org.apache.kafka.clients.consumer..",
                    "org.apache.kafka.common..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule theClientsCodecsKnowNoKafka = noClasses()
            .that()
            .resideInAPackage(CLIENT)
            .and()
            .resideOutsideOfPackages("io.freshet.client.serialization..", "io.freshet.client.deadletter..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.kafka..");

    @ArchTest
    static final ArchRule nd4jIsReachedOnlyThroughTheTensors = noClasses()
            .that()
            .resideOutsideOfPackages("io.freshet.model.tensor..", "io.freshet.lab.yardstick..", DL4J)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.nd4j..", "org.bytedeco..");

    @ArchTest
    static final ArchRule s3IsReachedOnlyThroughTheStore = noClasses()
            .that()
            .resideOutsideOfPackage("io.freshet.store")
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
    static final ArchRule theBrokerItselfIsOnlyInTheTestKit = noClasses()
            .that()
            .resideOutsideOfPackage(TESTKIT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("kafka..", "org.apache.kafka.metadata..", "org.apache.kafka.server..");

    /** Fails on a new use, and on an entry of the list that is not needed any more. */
    @ArchTest
    static void internalClassesAreUsedOnlyWhereListed(JavaClasses classes) {
        Map<String, Set<String>> used = new TreeMap<>();
        for (JavaClass type : classes) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String target =
                        dependency.getTargetClass().getBaseComponentType().getName();
                if (INTERNAL.matcher(target).find()) {
                    used.computeIfAbsent(outermost(type).getSimpleName(), name -> new TreeSet<>())
                            .add(target);
                }
            }
        }
        assertThat(used).isEqualTo(INTERNAL_CLASSES);
    }

    /** The compiler directives for kernels name classes in strings, which the compiler does not check. */
    @ArchTest
    static void compilerDirectivesNameClassesThatExist(JavaClasses classes) throws JMException {
        assertThat(Lanes.COUNT).isPositive(); // loads the class that adds the directives
        String directives = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "compilerDirectivesPrint",
                        null,
                        null);
        List<String> names =
                classes.stream().map(type -> type.getName().replace('.', '/')).toList();

        List<String> named = DIRECTIVE
                .matcher(directives)
                .results()
                .flatMap(match -> Arrays.stream(match.group(1).split(", ", -1)))
                .map(pattern -> pattern.substring(0, pattern.lastIndexOf('.')))
                .distinct()
                .toList();
        assertThat(named).hasSizeGreaterThan(10).allSatisfy(pattern -> {
            String prefix = pattern.replace("*", "");
            assertThat(names).as(pattern).anyMatch(name -> name.startsWith(prefix));
        });
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    @ArchTest
    static final ArchRule loggingGoesThroughSlf4j = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule onlyConsolesWriteToStandardStreams =
            noClasses().that(not(resideInAnyPackage(WORKBENCH, COMMAND_LINE))).should(ACCESS_STANDARD_STREAMS);

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

    /** Counts files: a class that was written by hand and is not nested. */
    private static ArchCondition<JavaClass> resideInASmallPackage() {
        return new ArchCondition<>("reside in a package of at most " + MOST_FILES + " files") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                long files = type.getPackage().getClasses().stream()
                        .filter(JavaClass::isTopLevelClass)
                        .count();
                String message = type.getPackageName() + " has " + files + " files";
                events.add(new SimpleConditionEvent(type, files <= MOST_FILES, message));
            }
        };
    }

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

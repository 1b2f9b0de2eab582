using System.Globalization;
using System.Text;
using Tonne.Catalogs;
using Tonne.Estimation.Serving;
using Tonne.Estimation.Training;
using Tonne.Estimation.Validation;
using Tonne.Formatting;

namespace Tonne.Reporting.Markdown;

/// <summary>
/// Writes <c>docs/validation.md</c>: errors, coverage and interval scores of the estimates beside a baseline predictor and published tools,
/// with pictures. The same cases give the same bytes.
/// </summary>
public static class ValidationPage
{
    const string Hours = "accelerator-hours";
    const string Constant = "one utilisation for all";

    /// <summary>
    /// Creates the sections for the data that ship with the library: training hours with the publisher left out first, siblings, measured
    /// energy.
    /// </summary>
    public static IReadOnlyList<ValidationSection> CreateTrainingSections() =>
    [
        CreatePublisherSection(),
        CreateSiblingSection(),
        new("training-all", "Accelerator-hours, each training left out once", Hours, Constant, TrainingValidation.LeaveOneOut(onlySiblings: false), ShowsCaseNames: true, [],
            ["All trainings, with publisher and series named. Those without a sibling in the table have the wide bounds of an unknown publisher or series."]),
        new("training-scales", "Each publisher left out, the scales chosen anew in each fit", Hours, Constant, TrainingValidation.LeavePublisherOutWithRefittedScales(), ShowsCaseNames: true, [],
            ["The similarity scales are round numbers that were chosen with all trainings known. Here each fit chooses them among nine, by likelihood. The difference shows how much our choice may have improved the errors."]),
        new("training-assumed", "Trainings whose hours were published as assumed", Hours, Constant, TrainingValidation.ScoreAssumedHours(), ShowsCaseNames: true, [],
            ["Their publishers assumed the number of chips or the hours, so they are neither used for the fit nor a test of it. Their hardware or kind is rare among the fitted trainings."]),
        new("training-energy", "Measured energy of trainings, the publisher left out", "kWh of the boards alone", "40 % utilisation at TDP", TrainingValidation.ScoreMeasuredEnergy(), ShowsCaseNames: true, [],
            ["GPU energy measured by the publishers, PUE removed. Three cases cannot test coverage; they show the order of the error."]),
    ];

    /// <summary>Creates the first section: hours, each publisher left out.</summary>
    internal static ValidationSection CreatePublisherSection()
    {
        var model = UtilisationModel.Shipped;
        var cases = TrainingValidation.LeavePublisherOut();
        var publishers = model.Cases.Select(one => one.Training.Organisation).Distinct(StringComparer.Ordinal).Count();
        var withoutPrior = EstimateScore.ScoreEstimates([.. TrainingValidation.LeavePublisherOutWithoutDistilledPrior()]);
        var withoutFixedTime = EstimateScore.ScoreEstimates([.. TrainingValidation.LeavePublisherOutWithoutFixedTime()]);
        var (constant, mean, median) = TrainingValidation.FindBestConstant();
        return new ValidationSection("training", "Accelerator-hours of a training, each publisher left out", Hours, Constant, cases, ShowsCaseNames: true,
            [.. PublishedError.All().Where(error => error.Quantity == "training hours")],
            [
                Text($"The error for a publisher outside the table, which is what `tonne estimate training` answers without `--like`: all trainings of a publisher are left out together, model and spreads are fitted to the others, and the trainings of the publisher are estimated. Scored: the {cases.Count} trainings of `tonne catalog models` whose hours were published as such. The {model.Cases.Count - cases.Count} bounds of hours (chips × days, or tokens ÷ rate) enter the fits as censored values. Not used: assumed hours, energies that are hours × TDP, and trainings that 6ND does not describe (encoder-decoders, a state-space model, restarts counted whole)."),
                Text($"The fit to all {model.Cases.Count} trainings of {publishers} publishers has a spread of {model.Spread:0.00} between publishers ({model.PublisherShare * 100:0} % of its variance shared by all series of one) and {model.Noise:0.00} within a series, in natural logarithms. The baseline: the geometric mean utilisation of the other publishers' trainings with its own spread. The best constant chosen afterwards, {constant * 100:0.#} %, has {mean * 100:0.0} % and {median * 100:0.0} %."),
                Text($"The model assumes in advance that distilled trainings take more; the only case (Llama 3.2 1B) was known when this was written. Without that assumption the mean error would be {withoutPrior.MeanError * 100:0.0} %, the median {withoutPrior.MedianError * 100:0.0} %, {withoutPrior.CoveredCount} covered."),
                Text($"It also assumes that a part of each step takes as long for a small model as for a large one, chosen from the two smallest trainings (Pythia 70M and 160M). Without that: {withoutFixedTime.MeanError * 100:0.0} %, {withoutFixedTime.MedianError * 100:0.0} %, {withoutFixedTime.CoveredCount} covered, width {withoutFixedTime.MedianWidth:0.00}."),
            ]) { Targets = (0.28, 0.20, 3.4) };
    }

    /// <summary>Creates the section of siblings: trainings of a known series on the same hardware, each left out once.</summary>
    internal static ValidationSection CreateSiblingSection() =>
        new("training-siblings", "Accelerator-hours of siblings, each training left out once", Hours, Constant, TrainingValidation.LeaveOneOut(onlySiblings: true), ShowsCaseNames: true, [],
            ["Trainings of which the table has another one of the same series (Llama 3, Pythia …) on the same kind of hardware: what `tonne estimate training --like` answers."])
        { Targets = (0.18, 0.12, 2.0) };

    /// <summary>Creates the sections of inference, the main one first.</summary>
    /// <param name="cases">The measurements. Those that are not used for the fit are scored apart.</param>
    public static IReadOnlyList<ValidationSection> CreateInferenceSections(IReadOnlyList<ServingMeasurement> cases)
    {
        const string quantity = "joules per output token", baseline = "one figure for all tokens";
        var errors = PublishedError.All();
        List<ServingMeasurement> usable = [.. cases.Where(row => row.IsUsedForFit)];
        var scores = InferenceValidation.LeaveFamilyOut(usable);
        var fromSize = InferenceValidation.LeaveFamilyOut(usable, architectureKnown: false);
        var scored = scores.Select(score => score.ByHardware).ToList();
        List<ValidationSection> sections =
        [
            new("inference", "Joules per output token, each model family left out", quantity, baseline, scored, ShowsCaseNames: false,
                [.. errors.Where(error => error.Quantity == "joules per token")],
                [
                    Text($"{scored.Count} measurements of {usable.Select(one => one.Family).Distinct(StringComparer.Ordinal).Count()} model families (ML.ENERGY leaderboard v2 and Benchmark v3, GPU boards alone; text and code). A family is left out as a whole, with all its tunings and precisions. Its layers, attention cache and experts are given, as in its published configuration (`--layers`, `--kv-bytes-per-token`, `--experts`). The baseline: the geometric mean of the other families with its own spread."),
                    .. DescribeCoverage(scores),
                ])
            { Targets = (0.25, 0.16, 3.3) },
            new("inference-size", "The same, only the size of the model known", quantity, baseline, [.. fromSize.Select(score => score.ByHardware)], ShowsCaseNames: false, [],
                ["As for a user who knows nothing but the number of parameters: layers, attention cache and experts are estimated, and the prompt is unknown, with a factor of its own.", .. DescribeCoverage(fromSize)]),
            new("inference-lines", "The same, each line of models left out", quantity, baseline, [.. InferenceValidation.LeaveLineOut(usable).Select(score => score.ByHardware)], ShowsCaseNames: false, [],
                ["All Llamas, of any size and generation, are left out together, all Qwens, and so on; their architecture is given."]),
        ];
        foreach (var chip in scored.GroupBy(one => one.Group, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
            sections.Add(new ValidationSection("inference-" + NameMatching.ToSlug(chip.Key), $"The same, on {chip.Key} alone", quantity, baseline, [.. chip], ShowsCaseNames: false, [], []));
        foreach (var kind in scores.GroupBy(score => score.Case.Kind).OrderBy(group => group.Key))
            sections.Add(new ValidationSection("inference-" + GetSectionId(kind.Key), $"The same, {ServingFit.GetLabel(kind.Key)} alone", quantity, baseline, [.. kind.Select(score => score.ByHardware)], ShowsCaseNames: false, [], []));
        sections.Add(new ValidationSection("inference-mxfp4", "The same, MXFP4 alone", quantity, baseline, [.. scores.Where(score => score.Case.Format.Name == "mxfp4").Select(score => score.ByHardware)], ShowsCaseNames: false, [], []));
        sections.Add(new ValidationSection("inference-software-untold", "The same, the year of the serving software unknown", quantity, baseline,
            [.. InferenceValidation.LeaveFamilyOut(usable, softwareKnown: false).Select(score => score.ByHardware)], ShowsCaseNames: false, [],
            ["Without `--software` the newest software measured on the hardware is assumed, and a separate factor covers the other year."]));
        if (usable.Count < cases.Count)
        {
            sections.Add(new ValidationSection("inference-long-prompts", "Prompts with images, video or a code base, of unknown length", quantity, baseline,
                [.. InferenceValidation.LeaveFamilyOut(cases).Where(score => !score.Case.IsUsedForFit).Select(score => score.ByHardware)], ShowsCaseNames: false, [],
                ["Not a test of the fit, and not used for it: the prompts are long, and their length is published nowhere; the default of 300 tokens is taken, which is too low. An image is 576 tokens in LLaVA 1.5 and up to 2,880 in LLaVA-NeXT: with `--prompt-tokens` the estimate includes them. Sixteen rows of Qwen3-Coder-480B at eight bits, with data-parallel attention, took up to ten times the estimate."]));
        }

        sections.Add(new ValidationSection("serving-checks", "Another study, not used for the fit", "joules per token of both kinds", "one figure for all tokens", ServingCheck.ScoreFittedHardware(), ShowsCaseNames: true, [],
            ["Beyond Throughput (IPDPS 2026): A100 and H100, with single requests. It publishes tokens of both kinds, prompt and output, per joule, and the largest batch rather than the mean."]));
        sections.Add(new ValidationSection("serving-mi300x", "MI300X, the hardware left out", "joules per token of both kinds", "one figure for all tokens", ServingCheck.ScoreHardwareLeftOut(), ShowsCaseNames: true, [],
            ["The same study on MI300X, estimated as if it had never been measured. Its data sheet leads to half of what it took. Estimates for it therefore have a factor of their own, 2.2 (1.4 to 3.6), from these cases, and hardware of other makers that was not measured has wide bounds."]));
        return sections;
    }

    static IEnumerable<string> DescribeCoverage(IReadOnlyList<InferenceScore> scores)
    {
        var groups = GroupCoverage.Test(scores);
        var lowest = groups[0];
        yield return Text($"Coverage by groups: {groups.Count} groups of at least {GroupCoverage.SmallestGroup} measurements (all, hardware, kind of model, task, format, year of the software, hardware and kind) tested exactly and corrected by Holm's procedure: {groups.Count(group => group.IsRefused)} refused at 5 %. The smallest p is that of {lowest.Group}: {lowest.Covered} of {lowest.Cases} inside, {lowest.PValue:0.0000} before and {Math.Min(1, lowest.PValue * lowest.Multiplier):0.000} after the correction. Rows of one model are not independent.");
    }

    /// <summary>The page and its pictures.</summary>
    /// <param name="sections">The sections.</param>
    /// <param name="name">File name of the page; the pictures have its name as a prefix and are in the same folder.</param>
    /// <returns>File names and their text, the page first.</returns>
    public static IReadOnlyList<(string Name, string Text)> Write(IReadOnlyList<ValidationSection> sections, string name)
    {
        var stem = name.EndsWith(".md", StringComparison.Ordinal) ? name[..^3] : name;
        var pictures = new List<(string Name, string Text)>();
        var page = new StringBuilder();
        page.Append("# Validation of the estimates\n\nWritten by a command from the built-in tables, with the code of the estimates; no number is typed by hand. To write it again:\n\n");
        page.Append("    tonne estimate validate --page docs/validation.md [--data FOLDER]\n\n");
        page.Append("`--data` is the folder of `inference_measured.csv`, in the sources `tests/Tonne.Estimation.Tests/Serving`. Of these many measurements the page has only aggregates.\n\n");
        page.Append("**Error** is |estimate ÷ truth − 1|. **Covered** counts truths inside the 95 % bounds; **p** is the exact two-sided binomial test of that against 95 %, a value below 0.05 means that the bounds are wrong. **Width** is high ÷ low, the median. "
            + "**Score** is the interval score on natural logarithms (Gneiting and Raftery 2007): the width, plus forty times the distance of the truth from the interval; smaller is better.\n\n");
        page.Append("| estimated | estimator | cases | mean error | median | worst | covered | p | width | score |\n|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var section in sections)
        {
            WriteRow(page, section.Title, "tonne", EstimateScore.ScoreEstimates([.. section.Cases]), exact: false);
            WriteRow(page, "", section.Baseline, EstimateScore.ScoreBaseline([.. section.Cases]), exact: section.Cases.All(one => one.Baseline.IsExact));
        }

        page.Append('\n');
        foreach (var section in sections)
            WriteSection(page, section, stem, pictures);
        page.Append("## What was tried\n\n");
        page.Append("About 120 variants of an earlier training model were looked at on 24 trainings: ridge regressions on one to five features (45), and Gaussian processes over all trainings with a scale left out, halved or doubled, with fixed spreads, "
            + "a robust loss, or another choice of rows. Left out by family they were little better than one constant, and on publishers outside the table their 95 % bounds covered about half.\n\n"
            + "The hierarchical model replaced them. About 40 variants of it were looked at, each with whole publishers left out: a similarity over all trainings beside that of a publisher (mean 25 %, width 4.1); an effect of size, of peak and of experts, or none (mean 23 to 25 %, width 3.7 to 4.2); "
            + "an effect of small models on fast chips, common or again for each publisher, with spreads from 0 to 1 (mean 23 to 24 %, width 3.1 to 3.5); scales of similarity from 0.7 to 2 times the shipped ones (width 3.1 to 3.4); "
            + "siblings within a publisher or within a series of it (sibling width 2.3 and 1.8); the share between publisher and series fixed at a half (width 3.7) or fitted. No variant was fitted to a publisher that it was tested on. "
            + "Interconnect, year and the number of chips were not used: half of the rows do not state them.\n\n"
            + "Then the tokens were taken out of the similarity, so that hours and energy are proportional to them, and ten variants were compared: the similarity over 1.5, 2 or 3 e-folds of size (sibling width 1.80, 1.76, 1.83; siblings covered 16, 15, 14 of 17); "
            + "a fixed part of each step that fits 0, 20, 40 or 80 million parameters on an A100 (mean 21 to 24 %, width 3.2 to 3.4, ln likelihood −8.2, −7.4, −7.5, −8.4) with a spread of 0.2, 0.4 or 0.6 of its effect (width 3.2 each). "
            + "40 million is between the 33 and 48 million that Pythia 70M and 160M come to beside Pythia 1B to 6.9B; with it 1.5 e-folds were taken, because siblings are covered as they should be (15 of 17; 14 with 2 and 3 e-folds).\n");
        return [(name, page.ToString()), .. pictures];
    }

    static void WriteSection(StringBuilder page, ValidationSection section, string stem, List<(string Name, string Text)> pictures)
    {
        // A section without cases or text of its own is only a row of the first table.
        if (section is { Text.Count: 0, ShowsCaseNames: false, Targets: null, PublishedErrors.Count: 0 })
            return;
        var estimateScore = EstimateScore.ScoreEstimates([.. section.Cases]);
        page.Append(CultureInfo.InvariantCulture, $"## {section.Title}\n\n");
        foreach (var text in section.Text)
            page.Append(text).Append("\n\n");
        if (section.Targets is { } targets)
        {
            page.Append(CultureInfo.InvariantCulture, $"Targets: mean ≤ {targets.Mean * 100:0} % ({FormatTargetMet(estimateScore.MeanError <= targets.Mean)}), median ≤ {targets.Median * 100:0} % ({FormatTargetMet(estimateScore.MedianError <= targets.Median)}), coverage not refuted ({FormatTargetMet(estimateScore.CoveragePValue >= 0.05)}), "
                + $"width ≤ {targets.Width:0.0} ({FormatTargetMet(estimateScore.MedianWidth <= targets.Width)}), a better score than the baseline ({FormatTargetMet(estimateScore.IntervalScore < EstimateScore.ScoreBaseline([.. section.Cases]).IntervalScore)}).\n\n");
        }

        if (section.PublishedErrors.Count > 0)
        {
            var baselineScore = EstimateScore.ScoreBaseline([.. section.Cases]);
            var (baselineName, baselineMean, baselineMedian) = (section.Baseline, baselineScore.MeanError, baselineScore.MedianError);
            AddPicture("errors", "mean and median errors of tonne and of published tools", ValidationChart.DrawErrors(section, baselineName, baselineMean, baselineMedian));
            page.Append("| estimator | mean error | median | source | |\n|---|---|---|---|---|\n");
            page.Append(CultureInfo.InvariantCulture, $"| **tonne**, the case not seen | {estimateScore.MeanError * 100:0.0} % | {estimateScore.MedianError * 100:0.0} % | this page | |\n| {baselineName} | {baselineMean * 100:0.0} % | {baselineMedian * 100:0.0} % | this page | |\n");
            foreach (var other in section.PublishedErrors)
                page.Append(CultureInfo.InvariantCulture, $"| {TextSanitizer.EscapeMarkdown(other.Tool)} | {other.Mean * 100:0.0} % | {(other.Median is { } median ? string.Create(CultureInfo.InvariantCulture, $"{median * 100:0.0} %") : "")} | {other.Source.Id.Replace(";", ", ", StringComparison.Ordinal)} | {TextSanitizer.EscapeMarkdown(other.Note)} |\n");
            page.Append('\n');
        }

        if (!section.ShowsCaseNames)
        {
            if (section.Targets is not null)
                AddPicture("histogram", "distribution of the errors", ValidationChart.DrawHistogram(section));
            return;
        }

        AddPicture("intervals", "every case with its bounds", ValidationChart.DrawIntervals(section));
        page.Append("| case | published | estimate | 95 % bounds | off by | |\n|---|---|---|---|---|---|\n");
        foreach (var one in section.Cases)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {TextSanitizer.EscapeMarkdown(one.Name)} | {FormatThreeDigits(one.Truth)} | {FormatThreeDigits(one.Estimate.Best)} | {FormatThreeDigits(one.Estimate.Low)} – {FormatThreeDigits(one.Estimate.High)} | {((one.Estimate.Best / one.Truth) - 1) * 100:+0;−0;0} % | "
                + $"{(one.Estimate.Low <= one.Truth && one.Truth <= one.Estimate.High ? "" : "**outside**")} |\n");
        }

        page.Append('\n');

        void AddPicture(string kind, string words, string svg)
        {
            var file = $"{stem}/{section.Id}-{kind}.svg";
            pictures.Add((file, svg));
            page.Append(CultureInfo.InvariantCulture, $"![{section.Quantity}: {words}]({file})\n\n");
        }
    }

    static void WriteRow(StringBuilder page, string title, string estimator, EstimateScore score, bool exact)
    {
        page.Append(CultureInfo.InvariantCulture, $"| {title} | {(title.Length > 0 ? $"**{estimator}**" : estimator)} | {score.Cases} | {score.MeanError * 100:0.0} % | {score.MedianError * 100:0.0} % | {score.WorstError * 100:0} % | ");
        page.Append(exact ? "– | – | – | – |\n" : string.Create(CultureInfo.InvariantCulture, $"{score.CoveredCount} ({score.Coverage * 100:0.0} %) | {score.CoveragePValue:0.000} | {score.MedianWidth:0.00} | {score.IntervalScore:0.00} |\n"));
    }

    static string FormatTargetMet(bool isMet) => isMet ? "kept" : "**not kept**";

    static string FormatThreeDigits(double value)
    {
        var place = Math.Pow(10, Math.Floor(Math.Log10(value)) - 2);
        return value >= 1000 ? (Math.Round(value / place) * place).ToString("N0", CultureInfo.InvariantCulture) : value.ToString("G3", CultureInfo.InvariantCulture);
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    static string GetSectionId(ServedModelKind kind) => kind switch
    {
        ServedModelKind.MixtureOfExperts => "experts",
        ServedModelKind.EightBitMixtureOfExperts => "eightbitexperts",
        _ => "dense",
    };
}

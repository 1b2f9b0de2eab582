using Tonne.Accounting;
using Tonne.Estimation.LifeCycles;
using Tonne.Estimation.Serving;
using Tonne.Estimation.Training;
using Tonne.Hardware;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Runs;

namespace Tonne.Estimation.Tests.LifeCycles;

/// <summary>A phase that is left to an estimate is what `tonne estimate` says, at the place of the phase.</summary>
public class PhaseEstimatorTests
{
    static LifeCycle Account(string estimate, string rest = "") => new LifeCycleAccountant().Account(LifeCycleReader.Read($$"""
        name: a life
        place: {zone: FR}
        description: of a test
        phases:
          - name: training
            estimate: {{estimate}}
            {{rest}}
        """, "life.yaml"), static _ => [], PhaseEstimator.Estimate);

    [Fact]
    public void A_training_is_the_estimate_s()
    {
        var phase = Account("{training: {parameters: 7B, tokens: 2T, hardware: h100, chips: 128}}").Phases[0];
        var estimate = new TrainingEstimator().Estimate(new TrainingTask(AcceleratorCatalog.Find("h100").ValueOrThrow) { Parameters = 7e9, Tokens = 2e12, Chips = 128 }, new Place("FR", How: PlaceOrigin.Given));

        Assert.Equal(estimate.Footprint.Energy.Bounds, phase.Figures.Energy.Bounds);
        Assert.Equal(estimate.Footprint.Operational.Bounds, phase.Figures.Operational.Bounds);
        Assert.Equal(estimate.Footprint.Embodied!.Bounds, phase.Figures.Embodied!.Bounds);
        Assert.Equal(estimate.Footprint.Total.Bounds, phase.Figures.Total.Bounds);
        // 6 × 7e9 × 2e12.
        Assert.Equal(8.4e22, phase.Description.Computation!.Bounds.Best, 1e12);
        Assert.Contains(phase.Notes, note => note.StartsWith("training, estimated: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Serving_is_the_estimate_s_times_the_requests_and_its_waiting_is_the_idle_part()
    {
        var phase = Account("{inference: {parameters: 70e9, hardware: h100, output_tokens: 500, requests_per_day: 1000}}", "duration: 10 d").Phases[0];
        var estimate = new InferenceEstimator().Estimate(
            new ServingWorkload { Parameters = 70e9, Accelerator = AcceleratorCatalog.Find("h100").ValueOrThrow, OutputTokens = 500, RequestsPerDay = 1000 }, FactorSelector.SelectFactors(new Place("FR", How: PlaceOrigin.Given)));

        // 10,000 requests, Wh and g.
        Assert.Equal(10 * estimate.ItEnergy.Value, phase.Figures.Energy.Value, 1e-9 * estimate.ItEnergy.Value);
        Assert.Equal(10 * estimate.Emissions.Value, phase.Figures.Total.Value, 1e-9 * estimate.Emissions.Value);
        Assert.Equal(10 * estimate.IdleEnergy!.Value, phase.Figures.Steps.Single(step => step.Name == "idle").EnergyAdded!.Value, 1e-9 * estimate.ItEnergy.Value);
        Assert.Equal([("request", 10_000d), ("token", 5_000_000d)], phase.Description.Units.Select(unit => (unit.Name, unit.Count.Bounds.Best)));
    }

    [Theory]
    [InlineData("{training: {parameters: 7e9, hardware: h100}}", "life.yaml:6: an estimate needs parameters and tokens, or operations, or chips and hours.")]
    [InlineData("{training: {parameters: 7e9, tokens: 1e12, hardware: h100, precision: fp7}}", "life.yaml:6: the precision 'fp7' is unknown")]
    [InlineData("{training: {parameters: 7e9, tokens: 1e12, hardware: h1000}}", "life.yaml:6: The accelerator \"h1000\" is unknown.")]
    [InlineData("{training: {parameters: 7e9, tokens: 1e12, hardware: h100, chips: 1.5}}", "life.yaml:6: 'chips' must be a whole number.")]
    [InlineData("{training: {parameters: {best: 7e9, low: 6e9, high: 8e9}, tokens: 1e12, hardware: h100}}", "life.yaml:6: 'parameters' of an estimate must be one number")]
    [InlineData("{training: {hardware: h100}, inference: {hardware: h100}}", "life.yaml:6: 'estimate' must contain 'training' or 'inference'")]
    [InlineData("{inference: {parameters: 7e9, hardware: h100, output_tokens: 500}}", "life.yaml:6: give 'requests' of the phase, or 'requests_per_day'")]
    [InlineData("{inference: {parameters: 7e9, hardware: h100, output_tokens: 500, requests_per_day: 10}}", "life.yaml:6: 'requests_per_day' needs the phase's 'duration'")]
    [InlineData("{inference: {parameters: 700e9, hardware: h100, gpus: 1, output_tokens: 500, requests: 10}}", "--gpus")]
    public void What_cannot_be_estimated_is_reported_by_line(string estimate, string message)
    {
        var error = Assert.Throws<DescriptionException>(() => Account(estimate));

        Assert.Contains(message, error.Message);
        Assert.StartsWith("life.yaml:6: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_estimate_stands_alone_in_its_phase()
    {
        var error = Assert.Throws<DescriptionException>(() => Account("{training: {parameters: 7e9, tokens: 1e12, hardware: h100}}", "dynamic: 3 kWh"));

        Assert.Contains("life.yaml:7: 'dynamic' beside 'estimate'", error.Message);
    }
}

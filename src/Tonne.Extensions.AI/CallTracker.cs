using System.Diagnostics;
using System.Reflection;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;

namespace Tonne.Extensions.AI;

/// <summary>Follows the calls of one client: their figures, spans and rows. No member throws, whatever fails in tonne.</summary>
sealed class CallTracker : IDisposable
{
    readonly TonneCallOptions _options;
    readonly TimeProvider _time;
    readonly CallEstimator _estimator;
    readonly CallRecorder? _recorder;
    readonly bool _ownsRecorder;
    readonly MeasuredCalls? _measured;
    readonly string _service;
    readonly bool _isForwardPass;

    /// <summary>Creates a tracker.</summary>
    /// <exception cref="ArgumentException">An option is not valid.</exception>
    public CallTracker(TonneCallOptions? options, TimeProvider? time, CallRecorder? recorder, bool isForwardPass,
        IProcessEnergy? energy = null)
    {
        _options = options ?? new TonneCallOptions();
        _time = time ?? TimeProvider.System;
        _estimator = new CallEstimator(_options);
        _isForwardPass = isForwardPass;
        _service = _options.Service ?? Assembly.GetEntryAssembly()?.GetName().Name ?? "";
        _ownsRecorder = recorder is null && _options.WritesLedger;
        _recorder = recorder ?? (_options.WritesLedger ? CreateRecorder() : null);
        if (energy is not null || _options.Measure is not null)
            _measured = new MeasuredCalls(energy ?? new RunProcessEnergy(_options.Measure!), _time, Report);
    }

    /// <summary>A call begins.</summary>
    public CallInProgress Begin(CallIdentity call)
    {
        var begun = new CallInProgress(call);
        Guard(() =>
        {
            if (_options.CreatesSpans)
                begun.Span = CallTelemetry.Start(call);
            if (_measured is not null)
                begun.Energy = _measured.Begin();
            else
                PrepareInBackground(call.Model);
        });
        return begun;
    }

    /// <summary>A call has ended. Calling it again does nothing.</summary>
    /// <param name="call">The call.</param>
    /// <param name="answeredModel">The model that answered; null if unknown.</param>
    /// <param name="count">Counts the tokens; null where nothing was answered.</param>
    /// <param name="error">Why it failed; null if it did not, or was cancelled.</param>
    /// <param name="isFailed">Whether it failed or was cancelled.</param>
    /// <returns>Its figures; null if tonne failed.</returns>
    public CallEstimate? End(CallInProgress call, string? answeredModel, Func<TokenCounts>? count, Exception? error = null,
        bool isFailed = false)
    {
        if (!call.TryEnd())
            return null;
        CallEstimate? estimate = null;
        Guard(() =>
        {
            var tokens = count?.Invoke();
            estimate = _measured is not null && call.Energy is { } energy
                ? EndMeasured(call, answeredModel, tokens, isFailed, energy)
                : EndEstimated(call, answeredModel, tokens, isFailed);
            // The span of tonne's own is ended below; the current one belongs to the program.
            var activity = call.Span ?? Activity.Current;
            if (activity is not null)
                CallTelemetry.Describe(estimate, (name, value) => activity.SetTag(name, value));
            if (call.Span is { } span)
                CallTelemetry.SetUsage(span, answeredModel, estimate.Tokens, estimate.HasEstimatedTokens, error);
        });
        call.Span?.Dispose();
        return estimate;
    }

    /// <summary>The measuring of this process; null if calls are estimated.</summary>
    internal MeasuredCalls? Measured => _measured;

    /// <inheritdoc/>
    public void Dispose() => Guard(() =>
    {
        _measured?.Dispose();
        if (_ownsRecorder)
            _recorder?.Dispose();
    });

    /// <summary>Adds the figures to the properties of a response.</summary>
    public void Annotate(CallEstimate? estimate, Action<string, object> add) => Guard(() =>
    {
        if (estimate is not null)
            CallTelemetry.Describe(estimate, add);
    });

    CallEstimate EndEstimated(CallInProgress call, string? answeredModel, TokenCounts? tokens, bool isFailed)
    {
        CallEstimate estimate;
        if (tokens is { } known)
        {
            estimate = _estimator.Estimate(answeredModel, known, _isForwardPass);
            // The name of the answer may be one that only the service knows.
            if (estimate.EnergyKwh is null && call.Identity.Model.Length > 0 && answeredModel != call.Identity.Model)
                estimate = _estimator.Estimate(call.Identity.Model, known, _isForwardPass);
        }
        else
        {
            estimate = new CallEstimate { Reason = "The call failed before it answered: how much of it was computed is unknown." };
        }

        Record(call, answeredModel, estimate, isFailed, _time.GetUtcNow());
        return estimate;
    }

    CallEstimate EndMeasured(CallInProgress call, string? answeredModel, TokenCounts? tokens, bool isFailed, MeasuredCall energy)
    {
        var common = new CallEstimate { Tokens = tokens?.Best ?? default, HasEstimatedTokens = tokens?.AreEstimated == true };
        var ended = _time.GetUtcNow();
        return _measured!.End(energy, common, final => Record(call, answeredModel, final, isFailed, ended));
    }

    void Record(CallInProgress call, string? answeredModel, CallEstimate estimate, bool isFailed, DateTimeOffset ended) =>
        _recorder?.Record(new CallRow(
        new CallKey
        {
            Hour = ended,
            Service = _service,
            Provider = call.Identity.Provider,
            Operation = call.Identity.Operation,
            Model = call.Identity.Model,
            AnsweredModel = answeredModel ?? "",
            Method = estimate.Method,
            Boundary = estimate.Boundary,
            IntensityGramsPerKwh = estimate.IntensityGramsPerKwh,
            Pue = estimate.Pue,
        },
        new CallSum
        {
            Requests = 1,
            Failed = isFailed ? 1 : 0,
            WithoutFigure = estimate.EnergyKwh is null ? 1 : 0,
            EstimatedTokens = estimate.HasEstimatedTokens ? 1 : 0,
            Tokens = estimate.Tokens,
            EnergyKwh = estimate.EnergyKwh ?? default,
            OperationalKg = estimate.OperationalKg ?? default,
            EmissionsKg = estimate.EmissionsKg ?? default,
        }));

    CallRecorder CreateRecorder() => new(
        _options.Home is { } home ? new LedgerHome(home) : LedgerHome.FromEnvironment(Environment.GetEnvironmentVariable),
        new CallRecorderOptions { Period = _options.FlushPeriod, Service = _service, OnProblem = Report }, _time);

    void PrepareInBackground(string model)
    {
        if (_estimator.NeedsPreparing(model, _isForwardPass))
            _ = Task.Run(() => Guard(() => _estimator.Prepare(model, _isForwardPass)));
    }

    void Guard(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // Whatever fails in tonne, the call goes on.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            Report(error);
        }
    }

    void Report(Exception problem)
    {
        try
        {
            _options.OnProblem?.Invoke(problem);
        }
#pragma warning disable CA1031 // Nor does the program's own handler disturb a call.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            // Nobody is left to report to.
        }
    }
}

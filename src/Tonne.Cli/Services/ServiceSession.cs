using System.Globalization;
using System.Net;
using Tonne.Accounting;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Cli.Running;
using Tonne.Cli.Watching;
using Tonne.Cli.Wrapping;
using Tonne.Ledgers;
using Tonne.Recording;
using Tonne.Services.Recording;

namespace Tonne.Cli.Services;

/// <summary>Performs one <c>tonne service run</c> or <c>observe</c>: records a server until it ends or the user ends the recording.</summary>
sealed class ServiceSession(CommandContext context, Settings settings, ServiceRequest request)
{
    static readonly TimeSpan _aliveCheck = TimeSpan.FromMilliseconds(200);

    readonly RunSession _session = new(context, settings);

    /// <summary>Starts a server and records it. Its output, exit code and signals pass through untouched.</summary>
    /// <returns>The exit code of the server; 127, 126 or 125 if it did not start.</returns>
    public int Run(IReadOnlyList<string> arguments)
    {
        var folder = Open(out var held);
        using (held)
        {
            using var source = request.Source.Open(context.Time, startsAtZero: true);
            IRunningCommand child;
            try
            {
                child = ChildProcess.Start(new ChildCommand(arguments) { Inheritance = InheritedState.ReadAndIgnoreFileSizeSignal() }, context.Time);
            }
            catch (StartFailureException error)
            {
                context.Error.WriteLine(error.Message);
                return error.ExitCode;
            }

            using (child)
            {
                var exit = child.WaitAsync();
                // Whatever happens to the recording, the server goes on.
                _session.RunGuarded(() => RecordChild(folder, source, child.Pid, exit));
                return exit.GetAwaiter().GetResult().ExitCode;
            }
        }
    }

    /// <summary>Records a server that runs already.</summary>
    /// <returns>0.</returns>
    public int Observe(int processId)
    {
        var folder = Open(out var held);
        using (held)
        {
            using var source = request.Source.Open(context.Time, startsAtZero: false);
            using var stop = new CancellationTokenSource();
            using var wait = new InterruptWait();
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var process = AttachedProcess.Find(processId, context, settings);
            var watcher = new Thread(() =>
            {
                while (process.IsAlive)
                {
                    if (wait.Wait(_aliveCheck))
                    {
                        stop.Cancel();
                        return;
                    }
                }

                ended.TrySetResult();
            }, 256 * 1024)
            { IsBackground = true, Name = "server" };
            watcher.Start();
            Record(folder, source, process, ended.Task, () => 0, stop.Token);
            return 0;
        }
    }

    void RecordChild(ServiceFolder folder, IUseSource source, int processId, Task<ChildExit> exit)
    {
        AttachedProcess process;
        try
        {
            process = AttachedProcess.Find(processId, context, settings);
        }
        catch (InvalidInputException)
        {
            _session.WriteMessage("the server ended before it could be recorded.");
            return;
        }

        using (process)
            Record(folder, source, process, exit, () => exit.Result.ExitCode, CancellationToken.None);
    }

    void Record(ServiceFolder folder, IUseSource source, AttachedProcess process, Task ended, Func<int> getExitCode, CancellationToken stop)
    {
        var place = settings.Place is { } given ? Task.FromResult(given) : _session.DetectPlaceAsync(process.Discovery);
        // Places of weeks: better known from the first day on than by the end of it.
        place.Wait(TimeSpan.FromSeconds(2), CancellationToken.None);
        var ledger = new Ledger(new LedgerHome(settings.Home), context.Time, _session.WriteMessage);
        var run = new RunRequest([.. process.Command], request.Name, ServiceTags.Create(request.Name), null, true) { GetVariable = process.GetVariable };
        var recorder = process.CreateRecorder(ledger, _session.CreateOptions(run, process.Discovery, place), context.Time);
        var accountant = new Accountant();
        var intensities = settings.OpenIntensities();
        var service = new ServiceRecorder(recorder, ledger, folder, source, new ServiceRecorderOptions
        {
            Look = request.Look,
            FindWork = request.FindWork,
            Account = record => accountant.Account(record, FactorSelector.SelectFactors(record, intensities)).CreateStatement(context.Time.GetUtcNow()),
            OnProblem = _session.WriteMessage,
        }, context.Time);
        _session.WriteMessage(string.Create(CultureInfo.InvariantCulture,
            $"recording the service {request.Name} (process {process.Id}, {source.Description}); 'tonne service show {request.Name}' shows it."));
        if (request.Source.Otlp is { } address && !IPAddress.IsLoopback(address.Address))
            _session.WriteMessage(
                $"spans are received at {address} without authentication: keep that port closed to networks that are not trusted.");
        service.RecordAsync(
            ended, () => new RunCompletion
            {
                ExitCode = ended.IsCompleted ? getExitCode() : 0,
                Place = place.IsCompletedSuccessfully ? place.Result : null,
            }, stop).GetAwaiter().GetResult();
    }

    ServiceFolder Open(out IDisposable held)
    {
        var folder = ServiceFolder.Open(new LedgerHome(settings.Home), request.Name);
        held = folder.TryLock() ?? throw new InvalidInputException($"the service {request.Name} is recorded already by another tonne: end it, or give another --name.");
        return folder;
    }
}

using System.Runtime.ExceptionServices;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>A team of threads that share the items of a piece of work, repeatedly and without allocating.</summary>
/// <remarks>
/// Which thread takes which item is not determined. If the items do not depend on each other, the result is the same for any number of
/// threads. One caller at a time; the caller's thread is one of the team.
/// </remarks>
public sealed class ThreadTeam : IDisposable
{
    readonly SemaphoreSlim[] _begin;
    readonly Thread[] _threads;
    readonly ManualResetEventSlim _done = new(initialState: true, spinCount: 100);
    Action<int, int>? _work;
    Exception? _error;
    int _items;
    int _next;
    int _busy;
    bool _ending;

    /// <summary>Starts a team.</summary>
    /// <param name="size">Threads, the caller's included, at least 1.</param>
    public ThreadTeam(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Size = size;
        _begin = new SemaphoreSlim[size - 1];
        _threads = new Thread[size - 1];
        for (var index = 0; index < _threads.Length; index++)
        {
            var own = index;
            _begin[index] = new SemaphoreSlim(0);
            _threads[index] = new Thread(() => WorkerLoop(own)) { IsBackground = true, Name = $"team {own + 1}" };
            _threads[index].Start();
        }
    }

    /// <summary>Threads, the caller's included.</summary>
    public int Size { get; }

    /// <summary>Does all items and returns when the last is done.</summary>
    /// <param name="items">Number of items.</param>
    /// <param name="work">
    /// Does one item: its number, and the number of the thread from 0 to <see cref="Size"/> − 1, for memory of its own.
    /// </param>
    /// <remarks>If an item fails, no more are begun, and the first failure is thrown when the items in progress have ended.</remarks>
    public void Run(int items, Action<int, int> work)
    {
        ObjectDisposedException.ThrowIf(_ending, this);
        var helpers = Math.Min(_threads.Length, items - 1);
        if (helpers <= 0)
        {
            for (var item = 0; item < items; item++)
                work(item, 0);
            return;
        }

        (_work, _items, _next, _busy, _error) = (work, items, 0, helpers, null);
        _done.Reset();
        for (var index = 0; index < helpers; index++)
            _begin[index].Release();
        ProcessItems(0);
        _done.Wait();
        if (_error is { } error)
            ExceptionDispatchInfo.Throw(error);
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (_ending)
            return;
        _ending = true;
        foreach (var begin in _begin)
            begin.Release();
        foreach (var thread in _threads)
            thread.Join();
        foreach (var begin in _begin)
            begin.Dispose();
        _done.Dispose();
    }

    void WorkerLoop(int index)
    {
        while (true)
        {
            _begin[index].Wait();
            if (_ending)
                return;
            ProcessItems(index + 1);
            if (Interlocked.Decrement(ref _busy) == 0)
                _done.Set();
        }
    }

    void ProcessItems(int member)
    {
        try
        {
            for (var item = Interlocked.Increment(ref _next) - 1; item < _items; item = Interlocked.Increment(ref _next) - 1)
                _work!(item, member);
        }
        catch (Exception error)
        {
            // The caller sees the failure when all threads have ended; the remaining items are not begun.
            Interlocked.CompareExchange(ref _error, error, null);
            Interlocked.Exchange(ref _next, _items);
        }
    }
}

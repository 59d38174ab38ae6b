const e=5492,r=[5492],d={85492:((t,o,n)=>{throw n.r(o),n.d(o,{start:()=>s}),new Error("only a worker process loads an engine");const s=void 0})};export{e as id,r as ids,d as modules};
